// Beside logits and probabilities: the tokens of the vocabulary ranked by the server, and a search in them.

import { find, labelled, make } from './dom.js';
import { state, watch } from './state.js';
import { ask } from './session.js';
import { figure, percent } from './numbers.js';
import { select } from './navigate.js';

const TOP = 200;
const PAUSE = 150;

let waiting = 0;
let stop = null;
let shown = '';

export function startRanked() {
  watch(['session', 'sheet', 'cell'], showSoon);
  find('ranked-search').addEventListener('input', showSoon);
}

function showSoon() {
  const { session, sheet, cell } = state;
  const isRanked = sheet?.columnAxis === 'Vocabulary' && !sheet.isWeight;
  find('ranked').hidden = !isRanked;
  const wanted = isRanked ? `${session.id} ${sheet.name} ${cell.row} ${find('ranked-search').value}` : '';
  if (wanted !== shown) {
    shown = wanted;
    clearTimeout(waiting);
    waiting = isRanked ? setTimeout(load, PAUSE) : 0;
  }
}

async function load() {
  const { session, sheet, cell } = state;
  const search = find('ranked-search').value;
  stop?.abort();
  stop = new AbortController();
  try {
    const query = new URLSearchParams({ row: cell.row, top: TOP, search });
    const { found, tokens } = await (await ask(`sheets/${sheet.name}/ranked?${query}`, stop.signal)).json();
    const after = session.tokens[cell.row + sheet.firstToken].label;
    const shownOf = tokens.length < found ? `${tokens.length} of ` : '';
    find('ranked-found').replaceChildren('after ', make('b', {}, ...labelled(after)), `: ${shownOf}${found} tokens`);
    find('ranked-rows').replaceChildren(...tokens.map(token => row(token, cell.row)));
  } catch (error) {
    if (error.name !== 'AbortError') {
      find('ranked-found').textContent = error.message;
    }
  }
}

function row({ rank, id, label, logit, probability }, at) {
  const go = make('button', { type: 'button', title: `id ${id}` }, ...(label ? labelled(label) : [`id ${id}`]));
  go.addEventListener('click', () => select(at, id));
  return make('tr', {}, make('td', {}, String(rank)), make('td', {}, go), make('td', {}, figure(logit)), make('td', {}, percent(probability)));
}
