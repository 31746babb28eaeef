// The scale of a sheet's heat colours: its largest magnitude, which the server finds once.

import { ask } from './session.js';
import { state, versionQuery, watch } from './state.js';

// Scales of sheets by their names. getScale(sheet) resolves to one; versionOf() tells apart what else it depends on.
export function makeScales(getScale, versionOf = () => '') {
  const scales = new Map();
  const listeners = [];
  let cleared = 0;

  // The scale of a sheet; null until it is known.
  function scaleOf(sheet) {
    const key = `${versionOf()} ${sheet.name}`;
    if (!scales.has(key)) {
      scales.set(key, null);
      load(sheet, key);
    }

    return scales.get(key);
  }

  async function load(sheet, key) {
    const before = cleared;
    try {
      const scale = await getScale(sheet);
      if (before === cleared) {
        scales.set(key, scale);
        listeners.forEach(listener => listener());
      }
    } catch {
      if (before === cleared) {
        scales.delete(key); // asked for again when the sheet is next drawn
      }
    }
  }

  function clear() {
    cleared++;
    scales.clear();
  }

  return { scaleOf, clear, onScale: listener => listeners.push(listener) };
}

const ofSession = makeScales(
  async sheet => (await (await ask(`sheets/${sheet.name}/statistics${versionQuery('?')}`)).json()).scale, () => state.version);

export const { scaleOf, onScale } = ofSession;

watch(['session'], ofSession.clear);
