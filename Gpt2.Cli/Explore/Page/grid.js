// Draws the visible part of a sheet. The cells are made once for the size of the window, and filled again when it scrolls.

import { drawCell, drawHead, drawRowHead, makeCell, makeHead, makeRow, order, place, resize, setOnce } from './cells.js';
import { axisName } from './labels.js';
import { make } from './dom.js';

const NEAR = 1000; // rows are placed relative to one that is at most as far above
const ORDER_PAUSE = 200; // milliseconds after the last drawing

// Makes a grid in an element. The source says what is in it:
// shown() is null or { sheet, cell, range, scale }: sheet with rows, columns, rowAxis, columnAxis and title, the current cell, the selected
// range { r0, r1, c0, c1 } and the largest magnitude, null while it is not known;
// numberAt(sheet, row, column) is undefined while a number is not here, null if there is none; need(sheet, range) is told what is in view;
// labelOf(axis, index, sheet) is as in labels.js, and so is nameOf(axis), which may be left out;
// currentId is the id that the element of the current cell gets.
export function makeGrid(grid, source) {
  const { nameOf = axisName } = source;
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
  const size = { row: 24, column: 80, rowHead: 132, head: 42 };
  let drawing = 0;
  let ordering = 0;
  let current = null; // the element of the current cell, while it is in view

  head.append(headCells, corner);
  body.append(shift);
  pane.append(head, body);
  space.append(pane);
  grid.append(space);
  grid.addEventListener('scroll', drawSoon, { passive: true });
  new ResizeObserver(layOut).observe(grid);

  // Redraws before the next frame, once however often it is called.
  function drawSoon() {
    drawing ||= requestAnimationFrame(() => { drawing = 0; draw(); });
  }

  function layOut() {
    const { sheet } = source.shown() ?? {};
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
    cornerColumns.textContent = `${nameOf(sheet.columnAxis)} →`;
    cornerRows.textContent = nameOf(sheet.rowAxis) && `↓ ${nameOf(sheet.rowAxis)}`;
    const rowCount = Math.ceil(grid.clientHeight / size.row) + 1, columnCount = Math.ceil(grid.clientWidth / size.column) + 1;
    makeCells(Math.min(sheet.rows, rowCount), Math.min(sheet.columns, columnCount));
    reveal();
    draw();
  }

  // Scrolls as little as possible to show the current cell.
  function reveal() {
    const { row, column } = source.shown().cell;
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
      shift.append(rows.at(-1).element);
    }

    resize(heads, columnCount, headCells, makeHead);
    rows.forEach(row => resize(row.cells, columnCount, row.box, makeCell));
  }

  function draw() {
    const { sheet, cell: at, range, scale } = source.shown() ?? {};
    if (!sheet) {
      return;
    }

    const r0 = Math.min(Math.floor(grid.scrollTop / size.row), sheet.rows - rows.length);
    const c0 = Math.min(Math.floor(grid.scrollLeft / size.column), sheet.columns - heads.length);
    const base = r0 - r0 % NEAR, columnBase = c0 - c0 % NEAR;
    const across = `translateX(${columnBase * size.column - grid.scrollLeft}px)`;
    shift.style.transform = `translateY(${base * size.row - grid.scrollTop}px)`;
    headCells.style.transform = across;
    const columns = heads.map((_, place) => {
      const column = c0 + place;
      return { column, left: `${(column - columnBase) * size.column}px`, label: source.labelOf(sheet.columnAxis, column, sheet) };
    });
    columns.forEach(({ column, left, label }) => drawHead(inTurn(heads, column), column, left, label, range));
    for (let row = r0; row < r0 + rows.length; row++) {
      const elements = inTurn(rows, row);
      elements.box.style.transform = across;
      elements.element.style.top = `${(row - base) * size.row}px`;
      drawRowHead(elements, row, source.labelOf(sheet.rowAxis, row, sheet), range);
      for (const { column, left, label } of columns) {
        const cell = inTurn(elements.cells, column);
        place(cell, left);
        drawCell(cell, source.numberAt(sheet, row, column), row, column, range, scale, label.isFirst);
      }
    }

    const { row, column } = at;
    const isInView = row >= r0 && row < r0 + rows.length && column >= c0 && column < c0 + heads.length;
    markCurrent(isInView ? inTurn(inTurn(rows, row).cells, column) : null);
    clearTimeout(ordering);
    ordering = setTimeout(putInOrder, ORDER_PAUSE);
    source.need(sheet, { r0, r1: r0 + rows.length, c0, c1: c0 + heads.length });
  }

  // A row or column keeps its elements while it is in view, so that scrolling fills only those that come in.
  const inTurn = (elements, index) => elements[index % elements.length];

  // Readers of the screen read elements in their order in the document.
  function putInOrder() {
    order(shift, 'top');
    order(headCells, 'left');
    rows.forEach(({ box }) => order(box, 'left'));
  }

  function markCurrent(cell) {
    if (current && current !== cell) {
      current.removeAttribute('id');
    }

    current = cell;
    if (cell) {
      cell.id = source.currentId;
      setOnce(grid, 'aria-activedescendant', cell.id);
    } else {
      setOnce(grid, 'aria-activedescendant', '');
    }
  }

  // The row and column under a point of the window; −1 over the labels.
  function placeAt(x, y) {
    const box = grid.getBoundingClientRect();
    const left = x - box.left - size.rowHead, top = y - box.top - size.head;
    return {
      row: top < 0 ? -1 : Math.floor((top + grid.scrollTop) / size.row),
      column: left < 0 ? -1 : Math.floor((left + grid.scrollLeft) / size.column),
    };
  }

  // How many whole rows fit.
  const pageRows = () => Math.max(1, Math.floor((grid.clientHeight - size.head) / size.row) - 1);

  // Shows the current cell, which may be another than before.
  function moved() {
    reveal();
    drawSoon();
  }

  return { element: grid, layOut, drawSoon, moved, placeAt, pageRows };
}
