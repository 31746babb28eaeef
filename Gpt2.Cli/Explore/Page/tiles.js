// The numbers of sheets, fetched in tiles as they come into view. What has gone out of view is not waited for.

import { state, versionQuery, watch } from './state.js';
import { getWindow } from './window.js';

const ROWS = 64;
const COLUMNS = 32;
const KEPT = 512; // 8 kB each

const tiles = new Map(); // the one used longest ago is first
const loading = new Map();
const listeners = [];
let of = null;

watch(['session'], () => {
  if (of !== state.session) {
    of = state.session;
    tiles.clear();
    stopAllBut(new Set());
  }
});

export const onLoaded = listener => listeners.push(listener);

// A number; undefined if it is not here yet.
export function numberAt(sheet, row, column) {
  const tile = tiles.get(keyOf(sheet, Math.floor(row / ROWS), Math.floor(column / COLUMNS)));
  return tile?.numbers[(row % ROWS) * tile.columns + column % COLUMNS];
}

// Fetches what of a range is missing.
export function need(sheet, { r0, r1, c0, c1 }) {
  const wanted = new Set();
  for (let tileRow = Math.floor(r0 / ROWS); tileRow * ROWS < r1; tileRow++) {
    for (let tileColumn = Math.floor(c0 / COLUMNS); tileColumn * COLUMNS < c1; tileColumn++) {
      const key = keyOf(sheet, tileRow, tileColumn);
      wanted.add(key);
      const tile = tiles.get(key);
      if (tile) {
        tiles.delete(key);
        tiles.set(key, tile); // used last
      } else if (!loading.has(key)) {
        load(key, sheet, tileRow, tileColumn);
      }
    }
  }

  stopAllBut(wanted);
}

async function load(key, sheet, tileRow, tileColumn) {
  const stop = new AbortController();
  loading.set(key, stop);
  const session = state.session;
  const range = {
    r0: tileRow * ROWS,
    r1: Math.min(sheet.rows, (tileRow + 1) * ROWS),
    c0: tileColumn * COLUMNS,
    c1: Math.min(sheet.columns, (tileColumn + 1) * COLUMNS),
  };
  try {
    const numbers = await getWindow(sheet.name, range, stop.signal, versionQuery());
    if (session === state.session) {
      tiles.set(key, { numbers, columns: range.c1 - range.c0 });
      dropOldest();
      listeners.forEach(listener => listener());
    }
  } catch {
    // stopped, or refused: the cell stays empty, and is asked for again when it is next drawn
  } finally {
    if (loading.get(key) === stop) {
      loading.delete(key);
    }
  }
}

function stopAllBut(wanted) {
  for (const [key, stop] of loading) {
    if (!wanted.has(key)) {
      loading.delete(key);
      stop.abort();
    }
  }
}

function dropOldest() {
  while (tiles.size > KEPT) {
    tiles.delete(tiles.keys().next().value);
  }
}

const keyOf = (sheet, tileRow, tileColumn) => `${state.version} ${sheet.name} ${tileRow} ${tileColumn}`;
