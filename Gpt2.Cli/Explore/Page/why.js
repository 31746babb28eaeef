// Why: the panel beside the grid that shows where the current number comes from, and the way back to the prompt, number by number.

import { change, state, watch } from './state.js';
import { find, labelled, make, speak } from './dom.js';
import { exact, figure } from './numbers.js';
import { ask } from './session.js';
import { isSaved } from './api.js';
import { goTo } from './navigate.js';
import { makeTerms } from './terms.js';
import { wordsOf } from './labels.js';

const PAUSE = 60; // milliseconds, so that walking over cells does not ask at every one
const FEW = 50;
const MOST = 1024; // what the server lists at most

let waiting = 0;
let stop = null;
let shown = null; // the session and the cell that the panel shows
let trail = []; // from the number where one started to the current one, each a source of the one before
let order = 'largest';
let top = FEW;
let focusNext = false; // a term or a crumb was followed: the focus goes with it

export function startWhy() {
  watch(['session', 'sheet', 'cell', 'why'], showSoon);
  watch(['why'], showOpen);
  find('why-open').addEventListener('click', toggleWhy);
  find('why-close').addEventListener('click', () => {
    toggleWhy();
    find('why-open').focus();
  });
  find('sheet').addEventListener('keydown', event => {
    if (event.key === 'Escape' && state.why && !event.target.closest('input')) {
      toggleWhy();
      find('grid').focus();
    }
  });
  showOpen();
}

export const toggleWhy = () => change({ why: !state.why });

function showOpen() {
  find('why').hidden = !state.why;
  find('why-open').setAttribute('aria-expanded', state.why);
}

const nameOf = ({ sheet, row, column }) => `${sheet}[${row},${column}]`;

function showSoon() {
  const { session, sheet, cell, why } = state;
  if (!session || !sheet || !why) {
    return;
  }

  const here = { sheet: sheet.name, row: cell.row, column: cell.column };
  if (shown?.session === session && shown.name === nameOf(here)) {
    return;
  }

  // A number on the trail cuts it off there; one that is not was chosen elsewhere, and a new trail begins with it.
  const at = shown?.session !== session ? -1 : trail.findIndex(one => nameOf(one) === nameOf(here));
  trail = at < 0 ? [here] : trail.slice(0, at + 1);
  shown = { session, name: nameOf(here) };
  top = FEW;
  showTrail();
  clearTimeout(waiting);
  waiting = setTimeout(load, PAUSE);
}

async function load() {
  const { session, sheet, cell } = state;
  stop?.abort();
  stop = new AbortController();
  try {
    const query = new URLSearchParams({ row: cell.row, column: cell.column, top, order });
    const origin = await (await ask(`why/${sheet.name}?${query}`, stop.signal)).json();
    if (session === state.session) {
      find('why-body').replaceChildren(...(origin.usedBy ? learned(origin, sheet) : computed(origin, sheet)));
      if (focusNext) {
        focusNext = false;
        find('why-trail').lastElementChild.focus();
        speak(`${shown.name} is ${exact(Number(origin.cell.value))}. ${origin.usedBy ? 'A weight, which was learned' : origin.words}`);
      }
    }
  } catch (error) {
    if (error.name !== 'AbortError') {
      focusNext = false;
      shown = null; // asked for again with the next cell
      find('why-body').replaceChildren(make('p', { class: 'problem' }, error.message));
    }
  }
}

// Goes to a number, which belongs to the trail from now on.
function follow({ sheet, row, column }) {
  trail = [...trail, { sheet, row, column }];
  focusNext = true;
  goTo(sheet, { row, column });
}

function showTrail() {
  find('why-trail').replaceChildren(...trail.map((place, at) => {
    const isLast = at === trail.length - 1;
    const crumb = make('button', { type: 'button', class: 'crumb', 'aria-current': isLast && 'true' }, nameOf(place));
    crumb.addEventListener('click', () => {
      focusNext = !isLast;
      goTo(place.sheet, place);
    });
    return crumb;
  }));
  find('why-trail').scrollLeft = find('why-trail').scrollWidth;
}

function computed(origin, sheet) {
  const { cell, operation, formula, words, inNumbers, figures, count } = origin;
  const parts = [
    heading(cell, sheet),
    make('p', { class: 'why-words' }, words),
    make('dl', { class: 'why-formula' },
      ...entry('formula', formula), ...entry('in numbers', inNumbers),
      ...(operation === 'Mask' ? [] : figures.flatMap(({ name, value }) => entry(name, figure(value))))),
  ];
  if (origin.isEdited) {
    parts.push(make('p', { class: 'why-note' },
      'An edit has changed this matrix after it was computed. Below is what was computed before the edit.'));
  }

  if (operation === 'Mask') {
    parts.push(make('p', { class: 'why-note' }, 'Masked: a token must not see those after it, so this number comes from no other.'));
  } else {
    parts.push(...termsOf(origin, count));
  }

  if (operation === 'LookUp') {
    parts.push(toPrompt(cell.row + sheet.firstToken));
  }

  parts.push(
    make('h3', {}, 'The method that computes it'),
    make('p', { class: 'why-method' }, origin.method, ...stopHere(cell.sheet)),
    make('pre', { class: 'why-source', tabindex: 0, role: 'region', 'aria-label': 'C# source' }, make('code', {}, origin.source)));
  return parts;
}

function termsOf(origin, count) {
  const inOrder = make('button', { type: 'button', class: 'plain', 'aria-pressed': order === 'columns' }, 'in order');
  inOrder.addEventListener('click', () => again(order === 'columns' ? 'largest' : 'columns', top, 'in order'));
  const parts = [
    make('div', { class: 'why-terms-head' },
      make('h3', {}, count === 1 ? 'From one number' : `From ${count} numbers${order === 'columns' ? '' : ', largest first'}`),
      ...(count > 1 ? [inOrder] : [])),
    makeTerms(origin, follow),
  ];
  if (origin.terms.length < Math.min(count, MOST)) {
    const text = count <= MOST ? `show all ${count}` : `show ${MOST} of ${count}`;
    const more = make('button', { type: 'button', class: 'plain why-more' }, text);
    more.addEventListener('click', () => again(order, Math.min(count, MOST)));
    parts.push(more);
  }

  return parts;
}

// Asks again for the same number, with other terms; the focus stays on a button with this text if there is one.
async function again(newOrder, newTop, text = '') {
  order = newOrder;
  top = newTop;
  await load();
  const buttons = [...find('why-body').querySelectorAll('button')];
  (buttons.find(button => button.textContent === text) ?? buttons[0])?.focus({ preventScroll: true });
}

function learned({ cell, usedBy }, sheet) {
  return [
    heading(cell, sheet),
    make('p', { class: 'why-words' }, sheet.sentence),
    make('p', { class: 'why-note' }, 'A weight: the pass does not compute it. It was learned in training and is the same for every prompt.'),
    make('h3', {}, 'What is computed with this sheet'),
    make('ul', { class: 'why-uses' }, ...usedBy.map(name => {
      const { title, rows } = state.session.byName.get(name);
      const button = make('button', { type: 'button', class: 'plain' }, make('code', {}, name), ` ${title}`);
      button.addEventListener('click', () => {
        focusNext = true;
        goTo(name, { row: rows - 1, column: 0 });
      });
      return make('li', {}, button);
    })),
  ];
}

function heading(cell, sheet) {
  const where = [wordsOf(sheet.rowAxis, cell.row, sheet), wordsOf(sheet.columnAxis, cell.column, sheet)].filter(words => words).join(' · ');
  return make('div', { class: 'why-cell' },
    make('span', { class: 'why-name' }, nameOf(cell), ' = ', make('b', {}, typeof cell.value === 'string' ? cell.value : exact(cell.value))),
    make('span', { class: 'why-where' }, [sheet.title, where].filter(words => words).join(' · ')));
}

// For a step of a block: a button that stops the debugger there, which runs the pass once more. It answers when the debugger goes on.
function stopHere(name) {
  const [at] = name.match(/^h\d+\.step\d+/) ?? [];
  if (!at || isSaved) {
    return [];
  }

  const button = make('button', { type: 'button', class: 'plain why-stop', title: `Run the pass again and stop the debugger at ${at}` }, 'stop here');
  const answer = make('span', { class: 'why-stopped', role: 'status' });
  button.addEventListener('click', async () => {
    button.disabled = true;
    answer.textContent = 'the debugger has it: go on there';
    try {
      await ask('stop', undefined, { at });
      answer.textContent = '';
    } catch (error) {
      answer.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
  return [button, answer];
}

// The end of every way: a token of the prompt.
function toPrompt(position) {
  const { id, label } = state.session.tokens[position];
  const button = make('button', { type: 'button', class: 'plain why-prompt' }, '↑ back to the prompt: token ', String(position), ', ',
    make('b', {}, ...labelled(label)), `, is row ${id}`);
  button.addEventListener('click', () => find('tokens').children[position].firstElementChild.focus());
  return button;
}

const entry = (name, text) => [make('dt', {}, name), make('dd', {}, text)];
