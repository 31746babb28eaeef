// The terms of a number as a table: the numbers it was computed from, what each was multiplied by, and what it adds.

import { exact, figure, percent } from './numbers.js';
import { labelled, make } from './dom.js';
import { labelOf } from './labels.js';
import { state } from './state.js';

// How the terms give the number, where they are not simply added.
const TOTALS = {
  Softmax: 'the term of this number / the sum of all terms',
  Normalisation: '(this number − mean) / √(variance + ε)',
  Gelu: 'GELU of the term',
};

const ADDS = {
  Softmax: () => 'e^(x − max)',
  ScaledDotProduct: ({ figures }) => figures.length > 0 ? `adds, ÷ ${figures[0].name}` : 'adds',
};

const totalOf = ({ operation }) => operation === 'Gelu' && !state.session.model.activation.startsWith('gelu')
  ? `${state.session.model.activation} of the term` : TOTALS[operation] ?? 'total';

// Makes the table. A click on a number goes to it; the arrows go up and down.
export function makeTerms(origin, follow) {
  const { terms, count, rest } = origin;
  const common = { source: commonSheet(terms.map(term => term.source)), factor: commonSheet(terms.flatMap(term => term.factor ?? [])) };
  const hasFactors = terms.some(term => term.factor), hasShares = terms.some(term => term.share !== null);
  const columns = 3 + (hasFactors ? 1 : 0) + (hasShares ? 1 : 0);
  const body = make('tbody', {}, ...terms.map(term => rowOf(term, origin, common, hasFactors, hasShares, follow)));
  if (terms.length < count) {
    body.append(make('tr', { class: 'why-rest' },
      make('th', { scope: 'row', colspan: columns - 1 - (hasShares ? 1 : 0) }, `the other ${count - terms.length}`),
      make('td', {}, short(rest)), ...(hasShares ? [make('td')] : [])));
  }

  const table = make('table', { class: 'why-terms' },
    make('thead', {}, make('tr', {},
      head('from', common.source), head('value'), ...(hasFactors ? [head('times', common.factor)] : []),
      head(ADDS[origin.operation]?.(origin) ?? 'adds'), ...(hasShares ? [head('share')] : []))),
    body,
    make('tfoot', {}, total(totalOf(origin), figure(origin.recomputed), columns),
      total('the cell, in float32', number(origin.cell.value), columns)));
  table.addEventListener('keydown', onKey);
  return table;
}

// The sheet that more than one of some numbers are in, which is then named once, above them.
function commonSheet(places) {
  const names = places.map(place => place.sheet);
  return names.find((name, at) => names.indexOf(name) !== at) ?? null;
}

function rowOf({ source, factor, label, contribution, share, isOwn }, { largest }, common, hasFactors, hasShares, follow) {
  const bar = make('span', { class: `why-bar${contribution < 0 ? ' negative' : ''}` });
  bar.style.width = `${100 * Math.abs(contribution) / (largest || 1)}%`;
  const times = factor ? [link(factor, common.factor, follow), make('span', { class: 'why-factor' }, `× ${number(factor.value)}`)] : [];
  return make('tr', { class: isOwn && 'own' },
    make('th', { scope: 'row' }, link(source, common.source, follow), caption(source, label),
      ...(isOwn ? [make('span', { class: 'why-own' }, 'this number’s')] : [])),
    make('td', {}, number(source.value)),
    ...(hasFactors ? [make('td', {}, ...times)] : []),
    make('td', {}, short(contribution), make('span', { class: 'why-bar-space', 'aria-hidden': 'true' }, bar)),
    ...(hasShares ? [make('td', {}, share === null ? '' : percent(share))] : []));
}

function link(place, common, follow) {
  const { sheet, row, column } = place;
  const name = `${sheet}[${row},${column}]`;
  const button = make('button', { type: 'button', class: 'why-link', title: `go to ${name}`, 'aria-label': name },
    ...(sheet === common ? [] : [make('span', { class: 'why-sheet' }, shortSheet(sheet))]),
    make('span', { class: 'why-place' }, `[${row},${column}]`));
  button.addEventListener('click', () => follow(place));
  return button;
}

// What the number's column stands for.
function caption({ sheet: name, column }, label) {
  const sheet = state.session.byName.get(name);
  const { text, over, index } = labelOf(sheet.columnAxis, column, sheet);
  const words = label ?? text ?? `${over ? over + ', ' : ''}${sheet.columnAxis === 'Neurons' ? 'neuron' : 'channel'} ${index}`;
  return make('span', { class: 'why-label' }, ...labelled(words));
}

// A weight's name without what all weights of a model begin with.
const shortSheet = name => name.replace(/^model_/, '');

const head = (text, sheet = null) => make('th', { scope: 'col' }, text, ...(sheet ? [make('span', { class: 'why-sheet' }, shortSheet(sheet))] : []));

const total = (name, value, columns) => make('tr', {},
  make('th', { scope: 'row', colspan: columns - 1 }, name), make('td', {}, make('b', {}, value)));

// Five digits are enough to compare terms.
const short = value => typeof value === 'string' ? value : figure(Number(value.toPrecision(5)));

const number = value => typeof value === 'string' ? value : exact(value);

function onKey(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const cell = event.target.closest('th, td');
  const to = step && cell?.closest('tbody')?.rows[cell.parentElement.sectionRowIndex + step]?.cells[cell.cellIndex]?.querySelector('button');
  if (to) {
    event.preventDefault();
    to.focus();
  }
}
