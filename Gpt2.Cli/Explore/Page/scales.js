// The scale of a sheet's heat colours: its largest magnitude, which the server finds once.

import { ask } from './session.js';
import { state, versionQuery, watch } from './state.js';

const scales = new Map();
const listeners = [];

watch(['session'], () => scales.clear());

export const onScale = listener => listeners.push(listener);

// The scale of a sheet; null until it is known.
export function scaleOf(sheet) {
  const key = `${state.version} ${sheet.name}`;
  if (!scales.has(key)) {
    scales.set(key, null);
    load(sheet, key);
  }

  return scales.get(key);
}

async function load(sheet, key) {
  const session = state.session;
  try {
    const { scale } = await (await ask(`sheets/${sheet.name}/statistics${versionQuery('?')}`)).json();
    if (session === state.session) {
      scales.set(key, scale);
      listeners.forEach(listener => listener());
    }
  } catch {
    scales.delete(key); // asked for again when the sheet is next drawn
  }
}
