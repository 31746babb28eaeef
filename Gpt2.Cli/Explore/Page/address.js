// The address bar holds prompt, view, what is chosen in it, sheet and cell, so that a link opens them again and Back goes back.

import { change, state, watch } from './state.js';
import { goTo, select } from './navigate.js';
import { isRunning, run } from './session.js';
import { openView } from './views.js';

const PLACE = ['prompt', 'view', 'sheet', 'cell', 'why', 'attention']; // every other field is chosen in the view

let applying = 0; // addresses that are being followed: Back may be pressed again before the prompt of one has been run

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
    why: fields.get('why') === '1',
    attention: readAttention(fields.get('attention')),
    cell: place ? { row: Number(place[1]), column: Number(place[2]) } : undefined,
  };
}

export function keepAddress() {
  watch(['session', 'view', 'chosen', 'sheet', 'cell', 'why', 'attention'], write);
  window.addEventListener('popstate', apply);
}

function write() {
  const { session, view, chosen, sheet, cell, playing, why, attention } = state;
  if (!session || applying) {
    return;
  }

  const before = readAddress();
  const fields = new URLSearchParams({ prompt: session.prompt, sheet: sheet.name, cell: `${cell.row},${cell.column}` });
  if (view !== 'numbers') {
    fields.set('view', view);
  }

  Object.entries(chosen[view] ?? {}).forEach(([name, value]) => fields.set(name, value));
  if (why) {
    fields.set('why', '1');
  }

  if (view === 'attention' && attention) {
    fields.set('attention', writeAttention(attention));
  }

  const isOtherPlace = view === 'numbers' ? before.sheet !== sheet.name : isOtherHead(before.attention, attention);
  const isNewPlace = before.prompt !== session.prompt || before.view !== view || isOtherPlace;
  const isFirst = before.prompt === null || before.sheet === null;
  history[isNewPlace && !isFirst && !playing ? 'pushState' : 'replaceState'](null, '', '#' + fields);
}

async function apply() {
  const { prompt, view, chosen, sheet, cell, why, attention } = readAddress();
  applying++;
  try {
    change({ why, attention });
    openView(view);
    if (prompt !== null && (prompt !== state.session?.prompt || isRunning())) {
      await run(prompt, sheet, cell, { chosen });
    } else {
      change({ chosen });
      if (sheet) {
        goTo(sheet, cell) || (cell && select(cell.row, cell.column));
      }
    }
  } finally {
    applying--;
  }
}

const isOtherHead = (before, now) => Boolean(before && now) && (before.block !== now.block || before.head !== now.head);

// block,head,token, and the token attended to if one is locked.
const writeAttention = ({ block, head, token, to }) => [block, head, token, ...(to === null ? [] : [to])].join(',');

function readAttention(text) {
  const found = /^(\d{1,4}),(\d{1,4}),(\d{1,5})(?:,(\d{1,5}))?$/.exec(text ?? '');
  return found && { block: Number(found[1]), head: Number(found[2]), token: Number(found[3]), to: found[4] === undefined ? null : Number(found[4]) };
}
