// Numbers, fetched in tiles as they come into view. What has gone out of view is not waited for.

import { state, versionQuery, watch } from './state.js';
import { getWindow } from './window.js';

const ROWS = 64;
const COLUMNS = 32;
const KEPT = 512; // 8 kB each

// Tiles of sheets, which have a name, rows and columns. getTile(sheet, range, signal) resolves to the numbers of a range; versionOf() tells
// apart what else the numbers depend on.
export function makeTiles(getTile, versionOf = () => '') {
  const tiles = new Map(); // the one used longest ago is first
  const loading = new Map();
  const listeners = [];
  const keyOf = (sheet, tileRow, tileColumn) => `${versionOf()} ${sheet.name} ${tileRow} ${tileColumn}`;

  // A number; undefined if it is not here yet.
  function numberAt(sheet, row, column) {
    const tile = tiles.get(keyOf(sheet, Math.floor(row / ROWS), Math.floor(column / COLUMNS)));
    return tile?.numbers[(row % ROWS) * tile.columns + column % COLUMNS];
  }

  // Fetches what of a range is missing.
  function need(sheet, { r0, r1, c0, c1 }) {
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
    const range = {
      r0: tileRow * ROWS,
      r1: Math.min(sheet.rows, (tileRow + 1) * ROWS),
      c0: tileColumn * COLUMNS,
      c1: Math.min(sheet.columns, (tileColumn + 1) * COLUMNS),
    };
    try {
      const numbers = await getTile(sheet, range, stop.signal);
      if (loading.get(key) === stop) {
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

  // Forgets all numbers.
  function clear() {
    tiles.clear();
    stopAllBut(new Set());
  }

  return { numberAt, need, clear, onLoaded: listener => listeners.push(listener) };
}

// The sheets of the session, in the version that is shown.
const ofSession = makeTiles((sheet, range, signal) => getWindow(sheet.name, range, signal, versionQuery()), () => state.version);

export const { numberAt, need, onLoaded } = ofSession;

let of = null;

watch(['session'], () => {
  if (of !== state.session) {
    of = state.session;
    ofSession.clear();
  }
});
