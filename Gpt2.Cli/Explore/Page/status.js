// The status line: figures of the selected range, copying it, saving it.

import { find, make, speak } from './dom.js';
import { selectedRange, state, versionQuery, watch } from './state.js';
import { ask } from './session.js';
import { figure } from './numbers.js';
import { offerFile } from './api.js';
import { rangeQuery } from './window.js';

const PAUSE = 80; // milliseconds, so that a drag does not ask at every cell
const LARGEST_COPY = 250_000;

let waiting = 0;
let stop = null;

export function startStatus() {
  watch(['session', 'sheet', 'cell', 'anchor', 'version'], () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE);
    offer();
  });
  find('copy').addEventListener('click', copy);
  find('grid').addEventListener('copy', event => {
    event.preventDefault();
    copy();
  });
}

const countOf = ({ r0, r1, c0, c1 }) => (r1 - r0) * (c1 - c0);

async function show() {
  const { session, sheet } = state;
  if (!sheet) {
    return;
  }

  stop?.abort();
  stop = new AbortController();
  try {
    const response = await ask(`sheets/${sheet.name}/statistics?${rangeQuery(selectedRange())}${versionQuery()}`, stop.signal);
    const { count, sum, mean, min, max } = await response.json();
    if (session === state.session && sheet === state.sheet) {
      if (count === 1) {
        find('figures').replaceChildren(make('span', {}, '1 cell'));
        return;
      }

      const figures = { count: String(count), sum: figure(sum), mean: figure(mean), min: figure(min), max: figure(max) };
      find('figures').replaceChildren(...Object.entries(figures).map(([name, value]) => make('span', {}, name + ' ', make('b', {}, value))));
    }
  } catch (error) {
    if (error.name !== 'AbortError') {
      find('figures').textContent = error.message;
    }
  }
}

// A single cell is not worth a file: then the whole sheet is saved.
function offer() {
  const { session, sheet } = state;
  if (!sheet) {
    return;
  }

  const range = selectedRange();
  const isCell = countOf(range) === 1;
  const save = find('save');
  offerFile(save, session.id, `sheets/${sheet.name}/csv${isCell ? versionQuery('?') : `?${rangeQuery(range)}${versionQuery()}`}`);
  save.textContent = isCell ? 'save sheet as CSV' : 'save range as CSV';
}

async function copy() {
  const range = selectedRange();
  if (countOf(range) > LARGEST_COPY) {
    note(`${countOf(range)} numbers are too many to copy: save them as CSV`);
    return;
  }

  try {
    const text = ask(`sheets/${state.sheet.name}/tsv?${rangeQuery(range)}${versionQuery()}`).then(response => response.text());
    await navigator.clipboard.writeText((await text).replace(/\n$/, ''));
    note(countOf(range) === 1 ? 'copied 1 number' : `copied ${countOf(range)} numbers`);
  } catch (error) {
    note(`not copied: ${error.message}`);
  }
}

function note(text) {
  speak(text);
  find('copy').textContent = text;
  setTimeout(() => { find('copy').textContent = 'copy'; }, 2500);
}
