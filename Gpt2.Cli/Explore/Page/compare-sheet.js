// One matrix of both passes in three grids that scroll together and have one selected cell: the first, the second, and their difference.

import { askBoth, compared, hasRow, hasToken, pairLabel } from './comparison.js';
import { choose, state } from './state.js';
import { exact, figure } from './numbers.js';
import { labelOf, onLabels, wordsOf } from './labels.js';
import { listed } from './compare-distances.js';
import { make } from './dom.js';
import { makeGrid } from './grid.js';
import { makeScales } from './scales.js';
import { makeSelection } from './selection.js';
import { makeTiles } from './tiles.js';
import { numbersOf, rangeQuery } from './window.js';

const VIEW = 'compare';
const KINDS = { first: 'First', second: 'Second', difference: 'Difference' };

const section = make('section', { class: 'compare-sheet', 'aria-labelledby': 'compare-sheet-title', hidden: true });
const heading = make('h2', { id: 'compare-sheet-title' });
const words = make('p', { class: 'about' });
const readout = make('p', { class: 'compare-readout', id: 'compare-values' });
const back = make('button', { type: 'button', class: 'plain', title: 'Back to all matrices (Escape)' }, '← All matrices');

let panes = [];
let of = null; // what the numbers that have been fetched belong to
let sheet = null; // the matrix that is open
let cell = { row: 0, column: 0 };

export function makeSheets() {
  back.addEventListener('click', close);
  panes = Object.keys(KINDS).map(makePane);
  for (const pane of panes) {
    pane.element.addEventListener('scroll', () => panes.forEach(({ element }) => {
      element.scrollTop = pane.element.scrollTop;
      element.scrollLeft = pane.element.scrollLeft;
    }), { passive: true });
  }

  onLabels(drawSoon);
  section.append(
    make('div', { class: 'compare-head' }, back, step('◀', 'The matrix before', -1), step('▶', 'The next matrix', 1), heading), words, readout,
    make('div', { class: 'compare-panes' }, ...panes.map(({ kind, element, about }) => make('div', { class: 'compare-pane' },
      make('h3', {}, KINDS[kind], about), element))));
  section.addEventListener('keydown', event => event.key === 'Escape' && close());
  return section;
}

// Shows the matrix that is chosen, if one is.
export function showSheet(toFocus) {
  const { matrix, at } = state.chosen[VIEW] ?? {};
  const known = compared.byName.get(matrix);
  section.hidden = !known;
  if (!known) {
    sheet = null;
    return;
  }

  if (of !== compared) {
    of = compared;
    sheet = null;
    panes.forEach(({ tiles, scales }) => { tiles.clear(); scales.clear(); });
    panes[0].about.textContent = `: ${compared.passes.first.prompt}`;
    panes[1].about.textContent = `: ${compared.passes.second.prompt}`;
    panes[2].about.textContent = ': second − first';
  }

  const place = /^(\d{1,9}),(\d{1,9})$/.exec(at ?? '') ?? [0, 0, 0];
  cell = { row: Math.min(known.rows - 1, Number(place[1])), column: Math.min(known.columns - 1, Number(place[2])) };
  if (sheet?.name !== matrix) {
    sheet = { ...compared.passes.first.byName.get(matrix), ...known };
    heading.textContent = sheet.title;
    words.replaceChildren(`${sheet.sentence} `, ...(known.relative === null ? ['There is no row that both passes have.'] : [
      'Distance of the whole matrix ', make('b', {}, figure(known.relative)), ', largest difference ', make('b', {}, figure(known.largest)), '.',
    ]));
    panes.forEach(({ grid }) => grid.layOut());
  } else {
    panes.forEach(({ grid }) => grid.moved());
  }

  showReadout();
  if (toFocus) {
    panes[0].element.focus({ preventScroll: true });
    section.scrollIntoView({ block: 'nearest' });
  }
}

function makePane(kind) {
  const element = make('div', { class: 'grid', role: 'grid', tabindex: 0 });
  const tiles = makeTiles(async ({ name }, range, signal) =>
    numbersOf(await askBoth(`/sheets/${name}/window?${rangeQuery(range)}&of=${kind}`, signal)));
  const scales = makeScales(async ({ name }) => (await (await askBoth(`/sheets/${name}/statistics?of=${kind}`)).json()).scale);
  const pane = { kind, element, tiles, scales, about: make('span', { class: 'soft' }) };
  pane.grid = makeGrid(element, {
    shown: () => isCurrent() && {
      sheet: { ...sheet, title: `${KINDS[kind]}, ${sheet.title}` },
      cell,
      range: { r0: cell.row, r1: cell.row + 1, c0: cell.column, c1: cell.column + 1 },
      scale: scaleOf(pane),
    },
    numberAt: (_, row, column) => numberAt(pane, row, column),
    need: (_, range) => tiles.need(sheet, range),
    labelOf: (axis, index) => labelIn(kind, axis, index),
    currentId: `compare-${kind}-cell`,
  });
  tiles.onLoaded(() => { pane.grid.drawSoon(); showReadout(); });
  scales.onScale(drawSoon);
  makeSelection(pane.grid, { shown: () => isCurrent() && { sheet, cell }, select, selectRange: (r0, _, c0) => select(r0, c0) });
  return pane;
}

const isCurrent = () => sheet !== null && compared === of; // not while another prompt runs

const drawSoon = () => panes.forEach(({ grid }) => grid.drawSoon());

// The two passes have one scale, so that their colours can be compared.
function scaleOf({ kind, scales }) {
  const both = kind === 'difference' ? [scales.scaleOf(sheet)] : panes.slice(0, 2).map(pane => pane.scales.scaleOf(sheet));
  return both.includes(null) ? null : Math.max(...both);
}

function numberAt({ kind, tiles }, row, column) {
  const isThere = hasRow(sheet.name, sheet.firstPair + row, kind)
    && (sheet.columnAxis !== 'HeadsAndTokens' || hasToken(column % compared.count, kind));
  return isThere ? tiles.numberAt(sheet, row, column) : null;
}

function labelIn(kind, axis, index) {
  const { count } = compared;
  return axis === 'Tokens' ? pairLabel(sheet.firstPair + index, kind)
    : axis === 'HeadsAndTokens'
      ? { ...pairLabel(index % count, kind), over: `head ${Math.floor(index / count)}`, isFirst: index % count === 0 }
      : labelOf(axis, index, sheet);
}

function showReadout() {
  if (!isCurrent()) {
    return;
  }

  const row = labelIn('difference', 'Tokens', cell.row);
  const column = labelIn('difference', sheet.columnAxis, cell.column);
  const where = sheet.columnAxis === 'HeadsAndTokens' ? `${column.over}, to token ${column.index} ${column.text}`
    : wordsOf(sheet.columnAxis, cell.column, sheet);
  const values = panes.map(pane => {
    const value = numberAt(pane, cell.row, cell.column);
    const text = value === undefined ? '…' : value === null ? 'none' : exact(value);
    return make('span', { class: 'compare-value' }, `${pane.kind} `, make('b', {}, text));
  });
  readout.replaceChildren(make('span', {}, `token ${row.index} ${row.text} · ${where}`), ...values);
}

function select(row, column) {
  if (!isCurrent()) {
    return;
  }

  const at = [Math.max(0, Math.min(sheet.rows - 1, row)), Math.max(0, Math.min(sheet.columns - 1, column))];
  choose(VIEW, { at: at.join(',') });
}

function step(sign, text, by) {
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': text, title: text }, sign);
  button.addEventListener('click', () => {
    const names = listed().includes(sheet.name) ? listed() : compared.sheets.map(({ name }) => name);
    const name = names[names.indexOf(sheet.name) + by];
    if (name) {
      const pair = sheet.firstPair + cell.row; // the same token
      choose(VIEW, { matrix: name, at: `${Math.max(0, pair - compared.byName.get(name).firstPair)},0` });
    }
  });
  return button;
}

const close = () => choose(VIEW, { matrix: null, at: null });
