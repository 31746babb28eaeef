// The elements of the grid: made once, and written only where something has changed.

import { isMasked, rounded } from './numbers.js';
import { make } from './dom.js';

const DEEPEST = 55; // per cent of colour, so that the numbers stay readable

export function resize(cells, count, parent, makeOne) {
  while (cells.length > count) {
    cells.pop().remove();
  }

  while (cells.length < count) {
    cells.push(makeOne());
    parent.append(cells.at(-1));
  }
}

export function makeRow() {
  const element = make('div', { class: 'grid-row', role: 'row' });
  const box = make('div', { class: 'grid-cells', role: 'presentation' });
  const index = make('span', { class: 'grid-index' });
  const text = make('span');
  const rowHead = make('div', { class: 'grid-row-head', role: 'rowheader', 'aria-colindex': 1 }, index, text);
  element.append(rowHead, box);
  return { element, box, rowHead, index, text, cells: [] };
}

export function makeHead() {
  const over = make('span', { class: 'grid-over' }), text = make('span');
  const element = make('div', { class: 'grid-column-head', role: 'columnheader' }, over, text);
  Object.assign(element, { over, text });
  return element;
}

export const makeCell = () => make('div', { class: 'grid-cell', role: 'gridcell' });

export function order(parent, side) {
  const wanted = [...parent.children].sort((one, other) => parseFloat(one.style[side]) - parseFloat(other.style[side]));
  if (wanted.some((element, at) => element !== parent.children[at])) {
    parent.append(...wanted);
  }
}

export function place(element, left) {
  if (element.placed !== left) {
    element.placed = left;
    element.style.left = left;
  }
}

export function drawHead(element, column, left, { index, text, over, isFirst }, range) {
  place(element, left);
  const hasText = text !== undefined && text !== '';
  write(element.over, String(hasText ? over ?? index : over ?? ''));
  write(element.text, String(hasText ? text : index));
  setOnce(element, 'aria-colindex', column + 2);
  const isSelected = column >= range.c0 && column < range.c1;
  setOnce(element, 'class', `grid-column-head${isFirst ? ' first-of-group' : ''}${isSelected ? ' selected' : ''}`);
}

export function drawRowHead({ element, rowHead, index, text }, row, label, range) {
  const over = label.over ? `${label.over.replace('head ', 'h')} · ` : '';
  write(index, label.index === undefined ? '' : over + label.index);
  write(text, label.text ?? '');
  setOnce(element, 'aria-rowindex', row + 2);
  setOnce(rowHead, 'class', `grid-row-head${row >= range.r0 && row < range.r1 ? ' selected' : ''}`);
}

export function drawCell(cell, value, row, column, range, scale, isFirst) {
  const masked = isMasked(value);
  const isSelected = row >= range.r0 && row < range.r1 && column >= range.c0 && column < range.c1;
  const sign = masked ? ' masked' : value > 0 ? ' positive' : value < 0 ? ' negative' : '';
  const nothing = value === null ? ' nothing' : '';
  write(cell, value === undefined || value === null || scale === null ? '' : rounded(value, scale));
  setOnce(cell, 'class', `grid-cell${sign}${nothing}${isFirst ? ' first-of-group' : ''}${isSelected ? ' selected' : ''}`);
  setOnce(cell, 'aria-colindex', column + 2);
  setOnce(cell, 'aria-selected', isSelected);
  if (nothing || cell.attributesSet['aria-label']) {
    setOnce(cell, 'aria-label', nothing ? 'none' : '');
  }

  // The root shows small numbers, too, beside a few that are very large.
  const heat = value && scale && !masked ? DEEPEST * Math.sqrt(Math.min(1, Math.abs(value) / scale)) : 0;
  if (cell.heat !== heat) {
    cell.heat = heat;
    cell.style.setProperty('--heat', `${heat.toFixed(1)}%`);
  }
}

// Writing what is there already would cost as much as a change, and most of a window is as it was.
function write(element, text) {
  if (element.written !== text) {
    element.written = text;
    element.textContent = text;
  }
}

export function setOnce(element, name, value) {
  const text = String(value);
  const before = element.attributesSet ??= {};
  if (before[name] !== text) {
    before[name] = text;
    element.setAttribute(name, text);
  }
}
