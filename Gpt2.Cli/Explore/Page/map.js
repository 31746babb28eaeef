// The map of the model: from the text to the prediction, every step at its place, matrices and weights to scale.

import { find, make } from './dom.js';
import { groupsOf, shortName } from './tabs.js';
import { makeOverview, showInOverview } from './overview.js';
import { state, watch } from './state.js';
import { goTo } from './navigate.js';

const WIDEST = 60; // pixels of a row of 4 · channels
const LEAST = 3; // pixels that a matrix is drawn high, however few rows it has
const TALLEST = 72; // pixels after which a matrix is cut

const ON_THE_STREAM = [1, 10, 16];
const WEIGHT_OF_STEP = { 4: 'attn_c_attn_w', 9: 'attn_c_proj_w', 13: 'mlp_c_fc_w', 15: 'mlp_c_proj_w' };
const WEIGHT_OF_SHEET = { token_embeddings: ['model_wte'], position_embeddings: ['model_wpe'], logits: ['model_lm_head', 'model_wte'] };

const map = find('map'); // the overview, and beside it the list of parts
let parts = [];

export function startMap() {
  watch(['session'], build);
  watch(['sheet', 'view'], showCurrent);
  map.addEventListener('keydown', onKey);
  find('map-switch').addEventListener('click', () => setOpen(!map.classList.contains('open')));
  map.addEventListener('click', event => event.target.closest('.map-step, .map-weight-button') && setOpen(false));
}

function setOpen(open) {
  map.classList.toggle('open', open);
  find('map-switch').setAttribute('aria-expanded', open);
}

function build() {
  const { session } = state;
  parts = groupsOf(session.steps).map(part => makePart(part));
  const list = make('div', { class: 'map-list' });
  map.replaceChildren(makeOverview(parts, goTo), list);
  list.append(
    end('text', `${new TextEncoder().encode(session.prompt).length} bytes`, () => find('prompt').focus()),
    end('tokens', `${session.tokens.length}`, () => find('tokens').querySelector('button')?.focus()),
    ...parts.map(part => part.element),
    end('prediction', session.prediction[0]?.label ?? '', () => goTo('probabilities')),
    make('p', { class: 'map-note' }, 'Filled: computed. Hatched: weights. To scale, but at least 3 pixels high; dotted below: cut.'));
  showCurrent();
}

const end = (name, size, go) => {
  const title = make('button', { type: 'button', class: 'map-title' }, name, make('span', { class: 'map-size' }, size));
  title.addEventListener('click', go);
  return make('div', { class: 'map-part' }, title);
};

function makePart({ name, sheets }) {
  const block = sheets[0].block;
  const title = make('button', { type: 'button', class: 'map-title' }, block === null ? name : `block ${block}`,
    make('span', { class: 'map-size' }, block === null ? '' : name));
  title.addEventListener('click', () => goTo(sheets[0].name));
  const small = make('div', { class: 'map-small', 'aria-hidden': 'true' });
  const steps = make('div', { class: 'map-steps' });
  const element = make('div', { class: 'map-part' }, title, block === null ? steps : small, block === null ? '' : steps);
  for (const sheet of sheets) {
    steps.append(makeStep(sheet));
    const bar = make('div', { class: 'map-bar', title: shortName(sheet) });
    bar.append(matrix(sheet, 'map-matrix', 2));
    bar.addEventListener('click', () => goTo(sheet.name));
    small.append(bar);
  }

  return { name, element, sheets, small, steps, isBlock: block !== null };
}

function makeStep(sheet) {
  const onStream = sheet.step === null || ON_THE_STREAM.includes(sheet.step);
  const kind = `map-step ${onStream ? 'stream' : 'branch'}`;
  const step = make('button', { type: 'button', class: kind, 'data-sheet': sheet.name, title: sheet.sentence },
    make('span', { class: 'map-label' }, ...labelOf(sheet)), matrix(sheet, 'map-matrix'), sizeOf(sheet));
  step.addEventListener('click', () => goTo(sheet.name));
  const weight = weightOf(sheet);
  if (!weight) {
    return step;
  }

  const button = make('button', {
    type: 'button', class: 'map-weight-button', 'data-sheet': weight.name, title: weight.sentence,
  }, make('span', { class: 'map-label' }, '× ' + shortName(weight)), matrix(weight, 'map-weight'), sizeOf(weight));
  button.addEventListener('click', () => goTo(weight.name));
  const row = document.createDocumentFragment();
  row.append(step, button);
  return row;
}

const sizeOf = sheet => make('span', { class: 'map-size' }, `${sheet.rows} × ${sheet.columns}`);

const labelOf = sheet => sheet.step === null ? [sheet.title]
  : [make('span', { class: 'map-number' }, String(sheet.step)), sheet.title.slice(sheet.title.lastIndexOf(': ') + 2)];

function weightOf(sheet) {
  const names = sheet.step ? [`model_h${sheet.block}_${WEIGHT_OF_STEP[sheet.step]}`] : WEIGHT_OF_SHEET[sheet.name] ?? [];
  return names.map(name => state.session.byName.get(name)).find(found => found);
}

// A rectangle to scale; one that is wider than the map goes on below, as text does.
function matrix(sheet, kind, height) {
  const { channels, hidden } = state.session.model, unit = WIDEST / Math.max(4 * channels, hidden);
  const width = sheet.columns * unit;
  const lines = height ? 1 : Math.ceil(width / WIDEST - 1e-9);
  const full = Math.max(LEAST, sheet.rows * unit);
  const high = height ?? Math.min(TALLEST, full);
  const picture = make('span', { class: 'map-picture', 'aria-hidden': 'true' });
  for (let line = 0; line < Math.min(lines, 24); line++) {
    const part = make('span', { class: high < full && !height ? `${kind} cut` : kind });
    part.style.width = `${Math.max(2, Math.min(WIDEST, width - line * WIDEST))}px`;
    part.style.height = `${high}px`;
    picture.append(part);
  }

  return picture;
}

function showCurrent() {
  const { sheet } = state;
  for (const part of parts) {
    const isOpen = !part.isBlock || part.sheets[0].block === sheet.block;
    part.steps.hidden = !isOpen;
    part.small.hidden = isOpen;
  }

  showInOverview(parts.find(part => part.sheets.includes(sheet)));

  for (const element of map.querySelectorAll('[data-sheet]')) {
    if (element.dataset.sheet === sheet.name) {
      element.setAttribute('aria-current', 'true');
    } else {
      element.removeAttribute('aria-current');
    }
  }

  showInMap(map.querySelector('[aria-current]'));
}

// Biases and gains have no place of their own in the map.
function showInMap(element) {
  if (!element) {
    return;
  }

  const list = map.querySelector('.map-list');
  const box = list.getBoundingClientRect(), its = element.getBoundingClientRect();
  if (its.top < box.top + 40 || its.bottom > box.bottom - 40) {
    list.scrollTop += its.top - box.top - box.height / 3;
  }
}

// Up and down go through the map; Enter opens what has the focus.
function onKey(event) {
  const buttons = [...map.querySelectorAll('button')].filter(button => button.offsetParent);
  const to = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const next = buttons[buttons.indexOf(document.activeElement) + to];
  if (to && next) {
    event.preventDefault();
    next.focus();
  } else if (event.key === 'Escape') {
    setOpen(false);
  }
}
