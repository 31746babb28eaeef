// What the head makes of each token at each depth: asked for one depth at a time, since each is a product with the whole vocabulary.

import { ask } from './session.js';
import { state, watch } from './state.js';

const TILE = 16; // tokens asked for together; the server takes at most 64

const readings = new Map(); // "depth token" → reading
const listeners = [];
let wanted = [];
let loading = null; // { range, stop }
let of = null;
let failure = '';

watch(['session'], () => {
  if (of !== state.session) {
    of = state.session;
    readings.clear();
    failure = '';
    wanted = [];
    stopLoading();
  }
});

export const onReadings = listener => listeners.push(listener);

export const readingAt = (depth, token) => readings.get(`${depth} ${token}`);

// Why the last question was refused; empty if it was not.
export const problem = () => failure;

// Asks for the tokens of some depths, in this order: instead of what was asked for before.
export function want(ranges) {
  wanted = ranges.flatMap(inTiles);
  if (loading && !wanted.some(range => isSame(range, loading.range))) {
    stopLoading();
  }

  if (!loading) {
    loadNext();
  }
}

function inTiles({ depth, from, to }) {
  const tiles = [];
  for (let start = from - from % TILE; start < to; start += TILE) {
    tiles.push({ depth, from: start, to: Math.min(start + TILE, state.session.tokens.length) });
  }

  return tiles;
}

const isSame = (one, other) => one.depth === other.depth && one.from === other.from;

async function loadNext() {
  const range = failure ? undefined : wanted.find(({ depth, from }) => !readingAt(depth, from));
  if (!range) {
    return;
  }

  const mine = { range, stop: new AbortController() };
  loading = mine;
  try {
    const { depth, from, to } = range;
    const body = await (await ask(`depth/readings?depth=${depth}&from=${from}&to=${to}`, mine.stop.signal)).json();
    if (loading === mine) {
      body.readings.forEach((reading, place) => readings.set(`${depth} ${from + place}`, reading));
    }
  } catch (error) {
    if (loading === mine) {
      failure = error.message;
    }
  }

  if (loading === mine) {
    loading = null;
    listeners.forEach(listener => listener());
    if (!loading) {
      loadNext();
    }
  }
}

function stopLoading() {
  loading?.stop.abort();
  loading = null;
}
