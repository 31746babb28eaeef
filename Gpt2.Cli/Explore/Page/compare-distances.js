// How far every matrix of one pass is from the other's: a row for each matrix in the order of the model, a column for each pair of tokens.

import { askBoth, compared, hasRow, pairLabel } from './comparison.js';
import { choose, state } from './state.js';
import { figure } from './numbers.js';
import { make } from './dom.js';
import { makeGrid } from './grid.js';
import { makeSelection } from './selection.js';
import { makeTiles } from './tiles.js';
import { numbersOf, rangeQuery } from './window.js';
import { shortName } from './tabs.js';

const VIEW = 'compare';
const STREAM = [10, 16]; // the steps after which the residual stream has what a block adds

const element = make('div', { class: 'grid compare-distances', role: 'grid', tabindex: 0 });
const readout = make('p', { class: 'compare-readout' });
const rowsChoice = make('select', { id: 'compare-rows' },
  make('option', { value: '' }, 'every matrix'), make('option', { value: 'stream' }, 'the residual stream alone'));
const section = make('section', { class: 'compare-spread', 'aria-labelledby': 'compare-spread-title' });

const tiles = { relative: tilesOf('relative'), largest: tilesOf('largest') };

let grid = null;
let of = null;
let rows = []; // of the server's rows, those that are shown
let cell = { row: 0, column: 0 };
let looked = null; // the cell under the pointer

export function makeDistances() {
  section.append(
    make('div', { class: 'compare-head' }, make('h2', { id: 'compare-spread-title' }, 'Where they differ'),
      make('label', { class: 'compare-choice' }, 'rows: ', rowsChoice)),
    readout, element);
  rowsChoice.addEventListener('change', () => choose(VIEW, { rows: rowsChoice.value || null }));
  grid = makeGrid(element, {
    shown: () => isCurrent() && { sheet: shownSheet(), cell, range: rangeOf(cell), scale: 1 },
    numberAt: (_, row, column) => distanceAt('relative', row, column),
    need,
    labelOf,
    nameOf: axis => axis,
    currentId: 'compare-distance',
  });
  Object.values(tiles).forEach(({ onLoaded }) => onLoaded(() => { grid.drawSoon(); showReadout(); }));
  makeSelection(grid, {
    shown: () => isCurrent() && { sheet: shownSheet(), cell }, select,
    selectRange: (r0, _, c0) => select(r0, c0),
  });
  element.addEventListener('keydown', event => event.key === 'Enter' && isCurrent() && open(cell));
  element.addEventListener('click', event => {
    const at = grid.placeAt(event.clientX, event.clientY);
    if (isCurrent() && at.row >= 0 && at.row < rows.length && at.column < shownSheet().columns) {
      open({ row: at.row, column: Math.max(0, at.column) });
    }
  });
  element.addEventListener('pointermove', event => look(grid.placeAt(event.clientX, event.clientY)));
  element.addEventListener('pointerleave', () => look(null));
  return section;
}

// Shows what is compared.
export function showDistances(toFocus) {
  rowsChoice.value = state.chosen[VIEW]?.rows === 'stream' ? 'stream' : '';
  const shown = compared.sheets.map((_, row) => row).filter(row => rowsChoice.value === '' || isStream(sheetAt(row)));
  const isOther = of !== compared;
  if (isOther) {
    of = compared;
    Object.values(tiles).forEach(({ clear }) => clear());
  }

  if (isOther || shown.length !== rows.length) {
    rows = shown;
    cell = { row: Math.min(cell.row, rows.length - 1), column: Math.min(cell.column, compared.count) };
    grid.layOut();
    showReadout();
  }

  if (toFocus) {
    element.focus({ preventScroll: true });
    section.scrollIntoView({ block: 'nearest' });
  }
}

// The names of the matrices that are listed.
export const listed = () => rows.map(row => compared.sheets[row].name);

function tilesOf(kind) {
  return makeTiles(async (_, range, signal) => numbersOf(await askBoth(`/distances?${rangeQuery(range)}&of=${kind}`, signal)));
}

const isCurrent = () => compared !== null && of === compared; // not while another prompt runs

const sheetAt = row => compared.passes.first.byName.get(compared.sheets[row].name);

const isStream = ({ block, step, columnAxis }) => block === null ? columnAxis === 'Channels' : STREAM.includes(step);

const all = () => ({ name: 'distances', rows: compared.sheets.length, columns: compared.count });

const shownSheet = () => ({
  rows: rows.length, columns: compared.count + 1, rowAxis: 'matrices', columnAxis: 'tokens', title: 'Distances of the two passes',
});

const rangeOf = ({ row, column }) => ({ r0: row, r1: row + 1, c0: column, c1: column + 1 });

// Column 0 is all tokens together, which the server has said for every matrix.
function distanceAt(kind, row, column) {
  const { name, [kind]: whole } = compared.sheets[rows[row]];
  if (column > 0 && !hasRow(name, column - 1, 'difference')) {
    return null;
  }

  return column > 0 ? tiles[kind].numberAt(all(), rows[row], column - 1) : whole === null ? null : Number(whole);
}

function need(_, { r0, r1, c0, c1 }) {
  tiles.relative.need(all(), { r0: rows[r0], r1: rows[r1 - 1] + 1, c0: Math.max(0, c0 - 1), c1: Math.max(0, c1 - 1) });
}

function labelOf(axis, index) {
  if (axis === 'matrices') {
    const sheet = sheetAt(rows[index]);
    return { index: sheet.block === null ? '' : `h${sheet.block}`, text: shortName(sheet) };
  }

  return index === 0 ? { index: '', text: 'all' } : { ...pairLabel(index - 1, 'difference'), isFirst: index === 1 };
}

function select(row, column) {
  if (!isCurrent()) {
    return;
  }

  const { rows: most, columns } = shownSheet();
  cell = { row: Math.max(0, Math.min(most - 1, row)), column: Math.max(0, Math.min(columns - 1, column)) };
  grid.moved();
  showReadout();
}

function look(at) {
  const isCell = isCurrent() && at && at.row >= 0 && at.row < rows.length && at.column >= 0 && at.column < shownSheet().columns;
  if (isCell ? at.row !== looked?.row || at.column !== looked?.column : looked) {
    looked = isCell ? at : null;
    showReadout();
  }
}

function showReadout() {
  if (!isCurrent()) {
    return;
  }

  const { row, column } = looked ?? cell;
  const sheet = sheetAt(rows[row]);
  if (column > 0) {
    tiles.largest.need(all(), { r0: rows[row], r1: rows[row] + 1, c0: column - 1, c1: column });
  }

  const { index, text } = column > 0 ? pairLabel(column - 1, 'difference') : {};
  const figures = [distanceAt('relative', row, column), distanceAt('largest', row, column)].map(number =>
    number === undefined ? '…' : number === null ? null : figure(number));
  readout.replaceChildren(
    make('span', {}, `${sheet.title} · ${column > 0 ? `token ${index} ${text}` : 'all tokens'}`),
    ...(figures.includes(null) ? [make('span', {}, 'no counterpart')] : [
      make('span', {}, 'distance ', make('b', {}, figures[0])), make('span', {}, 'largest difference ', make('b', {}, figures[1])),
    ]));
}

// Opens a matrix with the row of the token that was chosen.
function open({ row, column }) {
  const { name, firstPair } = compared.sheets[rows[row]];
  cell = { row, column };
  choose(VIEW, { matrix: name, at: `${Math.max(0, column - 1 - firstPair)},0` });
}
