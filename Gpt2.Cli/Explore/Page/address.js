// The address bar holds prompt, view, what is chosen in it, sheet and cell, so that a link opens them again and Back goes back.

import { goTo, select } from './navigate.js';
import { change, state, watch } from './state.js';
import { run } from './session.js';
import { openView } from './views.js';

const PLACE = ['prompt', 'view', 'sheet', 'cell']; // every other field is chosen in the view

let applying = false;

// What an address asks for.
export function readAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  const place = /^(\d{1,9}),(\d{1,9})$/.exec(fields.get('cell') ?? '');
  const view = fields.get('view') ?? 'numbers';
  return {
    prompt: fields.get('prompt'),
    view,
    chosen: { ...state.chosen, [view]: Object.fromEntries([...fields].filter(([name]) => !PLACE.includes(name))) },
    sheet: fields.get('sheet'),
    cell: place ? { row: Number(place[1]), column: Number(place[2]) } : undefined,
  };
}

export function keepAddress() {
  watch(['session', 'view', 'chosen', 'sheet', 'cell'], write);
  window.addEventListener('popstate', apply);
}

function write() {
  const { session, view, chosen, sheet, cell, playing } = state;
  if (!session || applying) {
    return;
  }

  const before = readAddress();
  const fields = new URLSearchParams({ prompt: session.prompt, sheet: sheet.name, cell: `${cell.row},${cell.column}` });
  if (view !== 'numbers') {
    fields.set('view', view);
  }

  Object.entries(chosen[view] ?? {}).forEach(([name, value]) => fields.set(name, value));

  const isNewPlace = before.prompt !== session.prompt || before.view !== view || before.sheet !== sheet.name;
  const isFirst = before.prompt === null || before.sheet === null;
  history[isNewPlace && !isFirst && !playing ? 'pushState' : 'replaceState'](null, '', '#' + fields);
}

async function apply() {
  const { prompt, view, chosen, sheet, cell } = readAddress();
  applying = true;
  try {
    openView(view);
    if (prompt !== null && prompt !== state.session?.prompt) {
      await run(prompt, sheet, cell, { chosen });
    } else {
      change({ chosen });
      if (sheet) {
        goTo(sheet, cell) || (cell && select(cell.row, cell.column));
      }
    }
  } finally {
    applying = false;
  }
}
