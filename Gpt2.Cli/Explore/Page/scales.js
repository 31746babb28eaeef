// The scale of a sheet's heat colours: its largest magnitude, which the server finds once.

import { ask } from './session.js';
import { state, watch } from './state.js';

const scales = new Map();
const listeners = [];

watch(['session'], () => scales.clear());

export const onScale = listener => listeners.push(listener);

// The scale of a sheet; null until it is known.
export function scaleOf(sheet) {
  if (!scales.has(sheet.name)) {
    scales.set(sheet.name, null);
    load(sheet);
  }

  return scales.get(sheet.name);
}

async function load(sheet) {
  const session = state.session;
  try {
    const { scale } = await (await ask(`sheets/${sheet.name}/statistics`)).json();
    if (session === state.session) {
      scales.set(sheet.name, scale);
      listeners.forEach(listener => listener());
    }
  } catch {
    scales.delete(sheet.name); // asked for again when the sheet is next drawn
  }
}
