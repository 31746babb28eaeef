// Draws the visible part of a sheet. The cells are made once for the size of the window, and filled again when it scrolls.

import { axisName, labelOf, onLabels } from './labels.js';
import { find, make } from './dom.js';
import { isMasked, rounded } from './numbers.js';
import { need, numberAt, onLoaded } from './tiles.js';
import { onScale, scaleOf } from './scales.js';
import { selectedRange, state, watch } from './state.js';

const DEEPEST = 55; // per cent of colour, so that the numbers stay readable

const grid = find('grid');
const space = make('div', { class: 'grid-space', role: 'presentation' });
const pane = make('div', { class: 'grid-pane', role: 'presentation' });
const head = make('div', { class: 'grid-head', role: 'row', 'aria-rowindex': 1 });
const cornerColumns = make('span', { class: 'grid-corner-columns' }), cornerRows = make('span');
const corner = make('div', { class: 'grid-corner', role: 'columnheader', 'aria-colindex': 1 }, cornerColumns, cornerRows);
const headCells = make('div', { class: 'grid-cells', role: 'presentation' });
const body = make('div', { class: 'grid-rows', role: 'presentation' });
const shift = make('div', { class: 'grid-shift', role: 'presentation' });

const rows = [];
const heads = [];
export const size = { row: 24, column: 80, rowHead: 132, head: 42 };
let drawing = 0;

export function startGrid() {
  head.append(headCells, corner);
  body.append(shift);
  pane.append(head, body);
  space.append(pane);
  grid.append(space);
  grid.addEventListener('scroll', drawSoon, { passive: true });
  new ResizeObserver(layOut).observe(grid);
  watch(['session', 'sheet'], layOut);
  watch(['cell', 'anchor'], () => { reveal(); drawSoon(); });
  onLoaded(drawSoon);
  onScale(drawSoon);
  onLabels(drawSoon);
}

// Redraws before the next frame, once however often it is called.
function drawSoon() {
  drawing ||= requestAnimationFrame(() => { drawing = 0; draw(); });
}

function layOut() {
  const { sheet } = state;
  if (!sheet) {
    return;
  }

  const style = getComputedStyle(grid);
  for (const [name, property] of [['row', '--row'], ['column', '--column'], ['rowHead', '--row-head'], ['head', '--head']]) {
    size[name] = parseFloat(style.getPropertyValue(property));
  }

  space.style.width = `${size.rowHead + sheet.columns * size.column}px`;
  space.style.height = `${size.head + sheet.rows * size.row}px`;
  pane.style.width = `${Math.min(grid.clientWidth, size.rowHead + sheet.columns * size.column)}px`;
  pane.style.height = `${Math.min(grid.clientHeight, size.head + sheet.rows * size.row)}px`;
  grid.setAttribute('aria-rowcount', sheet.rows + 1);
  grid.setAttribute('aria-colcount', sheet.columns + 1);
  grid.setAttribute('aria-label', sheet.title);
  cornerColumns.textContent = `${axisName(sheet.columnAxis)} →`;
  cornerRows.textContent = axisName(sheet.rowAxis) && `↓ ${axisName(sheet.rowAxis)}`;
  const rowCount = Math.ceil(grid.clientHeight / size.row) + 1, columnCount = Math.ceil(grid.clientWidth / size.column) + 1;
  makeCells(Math.min(sheet.rows, rowCount), Math.min(sheet.columns, columnCount));
  reveal();
  draw();
}

// Scrolls as little as possible to show the current cell.
function reveal() {
  const { row, column } = state.cell;
  const x = column * size.column, y = row * size.row;
  const width = grid.clientWidth - size.rowHead, height = grid.clientHeight - size.head;
  grid.scrollLeft = Math.min(x, Math.max(grid.scrollLeft, x + size.column - width));
  grid.scrollTop = Math.min(y, Math.max(grid.scrollTop, y + size.row - height));
}

function makeCells(rowCount, columnCount) {
  while (rows.length > rowCount) {
    rows.pop().element.remove();
  }

  while (rows.length < rowCount) {
    rows.push(makeRow());
  }

  resize(heads, columnCount, headCells, makeHead);
  rows.forEach((row, place) => {
    row.element.style.top = `${place * size.row}px`;
    resize(row.cells, columnCount, row.box, makeCell);
  });
}

function resize(cells, count, parent, makeOne) {
  while (cells.length > count) {
    cells.pop().remove();
  }

  while (cells.length < count) {
    cells.push(makeOne());
    parent.append(cells.at(-1));
  }

  cells.forEach((cell, place) => { cell.style.left = `${place * size.column}px`; });
}

function makeRow() {
  const element = make('div', { class: 'grid-row', role: 'row' });
  const box = make('div', { class: 'grid-cells', role: 'presentation' });
  const index = make('span', { class: 'grid-index' });
  const text = make('span');
  const rowHead = make('div', { class: 'grid-row-head', role: 'rowheader', 'aria-colindex': 1 }, index, text);
  element.append(rowHead, box);
  shift.append(element);
  return { element, box, rowHead, index, text, cells: [] };
}

function makeHead() {
  const over = make('span', { class: 'grid-over' }), text = make('span');
  const element = make('div', { class: 'grid-column-head', role: 'columnheader' }, over, text);
  Object.assign(element, { over, text });
  return element;
}

const makeCell = () => make('div', { class: 'grid-cell', role: 'gridcell' });

function draw() {
  const { sheet } = state;
  if (!sheet) {
    return;
  }

  const r0 = Math.min(Math.floor(grid.scrollTop / size.row), sheet.rows - rows.length);
  const c0 = Math.min(Math.floor(grid.scrollLeft / size.column), sheet.columns - heads.length);
  const range = selectedRange();
  const across = `translateX(${c0 * size.column - grid.scrollLeft}px)`;
  shift.style.transform = `translateY(${r0 * size.row - grid.scrollTop}px)`;
  headCells.style.transform = across;
  heads.forEach((element, place) => drawHead(element, c0 + place, sheet, range));
  const scale = scaleOf(sheet);
  let current = null;
  rows.forEach((row, place) => {
    row.box.style.transform = across;
    drawRowHead(row, r0 + place, sheet, range);
    row.cells.forEach((cell, at) => {
      drawCell(cell, r0 + place, c0 + at, sheet, range, scale);
      current = r0 + place === state.cell.row && c0 + at === state.cell.column ? cell : current;
    });
  });
  markCurrent(current);
  need(sheet, { r0, r1: r0 + rows.length, c0, c1: c0 + heads.length });
}

function drawHead(element, column, sheet, range) {
  const { index, text, over, isFirst } = labelOf(sheet.columnAxis, column, sheet);
  element.over.textContent = text === undefined || text === '' ? over ?? '' : over ?? index;
  element.text.textContent = text === undefined || text === '' ? index : text;
  element.setAttribute('aria-colindex', column + 2);
  element.classList.toggle('first-of-group', Boolean(isFirst));
  element.classList.toggle('selected', column >= range.c0 && column < range.c1);
}

function drawRowHead({ element, rowHead, index, text }, row, sheet, range) {
  const label = labelOf(sheet.rowAxis, row, sheet);
  const over = label.over ? `${label.over.replace('head ', 'h')} · ` : '';
  index.textContent = sheet.rowAxis === 'Single' ? '' : over + label.index;
  text.textContent = label.text ?? '';
  element.setAttribute('aria-rowindex', row + 2);
  rowHead.classList.toggle('selected', row >= range.r0 && row < range.r1);
}

function drawCell(cell, row, column, sheet, range, scale) {
  const value = numberAt(sheet, row, column);
  const masked = value !== undefined && isMasked(value);
  cell.textContent = value === undefined || scale === null ? '' : rounded(value, scale);
  cell.setAttribute('aria-colindex', column + 2);
  const isSelected = row >= range.r0 && row < range.r1 && column >= range.c0 && column < range.c1;
  cell.classList.toggle('selected', isSelected);
  cell.setAttribute('aria-selected', isSelected);
  cell.classList.toggle('masked', masked);
  cell.classList.toggle('positive', value > 0);
  cell.classList.toggle('negative', value < 0 && !masked);
  cell.classList.toggle('first-of-group', Boolean(labelOf(sheet.columnAxis, column, sheet).isFirst));
  if (value && scale && !masked) {
    // The root shows small numbers, too, beside a few that are very large.
    cell.style.setProperty('--heat', `${(DEEPEST * Math.sqrt(Math.min(1, Math.abs(value) / scale))).toFixed(1)}%`);
  }
}

function markCurrent(cell) {
  for (const old of grid.querySelectorAll('.grid-cell.current')) {
    old.classList.remove('current');
    old.removeAttribute('id');
  }

  if (cell) {
    cell.classList.add('current');
    cell.id = 'current-cell';
    grid.setAttribute('aria-activedescendant', cell.id);
  } else {
    grid.removeAttribute('aria-activedescendant');
  }
}

// The row and column under a point of the window; −1 over the labels.
export function placeAt(x, y) {
  const box = grid.getBoundingClientRect();
  const left = x - box.left - size.rowHead, top = y - box.top - size.head;
  return {
    row: top < 0 ? -1 : Math.floor((top + grid.scrollTop) / size.row),
    column: left < 0 ? -1 : Math.floor((left + grid.scrollLeft) / size.column),
  };
}

// How many whole rows fit.
export const pageRows = () => Math.max(1, Math.floor((grid.clientHeight - size.head) / size.row) - 1);


