// Selecting in the grid with keys and pointer, as in a spreadsheet.

import { pageRows, placeAt } from './grid.js';
import { select, selectRange } from './navigate.js';
import { find } from './dom.js';
import { state } from './state.js';

const grid = find('grid');

export function startSelection() {
  grid.addEventListener('keydown', onKey);
  grid.addEventListener('pointerdown', onPointerDown);
}

function onKey(event) {
  const { sheet, cell } = state;
  if (!sheet || event.altKey) {
    return;
  }

  const far = event.ctrlKey || event.metaKey;
  const { row, column } = cell;
  const place = {
    ArrowUp: [far ? 0 : row - 1, column],
    ArrowDown: [far ? sheet.rows - 1 : row + 1, column],
    ArrowLeft: [row, far ? 0 : column - 1],
    ArrowRight: [row, far ? sheet.columns - 1 : column + 1],
    PageUp: [row - pageRows(), column],
    PageDown: [row + pageRows(), column],
    Home: [far ? 0 : row, 0],
    End: [far ? sheet.rows - 1 : row, sheet.columns - 1],
  }[event.key];
  if (place) {
    select(...place, event.shiftKey);
    event.preventDefault();
  } else if (far && event.key.toLowerCase() === 'a') {
    selectRange(0, sheet.rows, 0, sheet.columns);
    event.preventDefault();
  }
}

function onPointerDown(event) {
  const { sheet } = state;
  const { row, column } = placeAt(event.clientX, event.clientY);
  const isOnScrollbar = event.offsetX >= grid.clientWidth && event.target === grid;
  if (!sheet || event.button !== 0 || isOnScrollbar || row >= sheet.rows || column >= sheet.columns) {
    return;
  }

  grid.focus({ preventScroll: true });
  if (row < 0 || column < 0) {
    selectRange(Math.max(0, row), row < 0 ? sheet.rows : row + 1, Math.max(0, column), column < 0 ? sheet.columns : column + 1);
  } else if (event.pointerType === 'touch') {
    grid.addEventListener('click', () => select(row, column), { once: true }); // no click follows if the finger scrolls
  } else {
    select(row, column, event.shiftKey);
    grid.setPointerCapture(event.pointerId);
    grid.addEventListener('pointermove', onDrag);
    grid.addEventListener('pointerup', () => grid.removeEventListener('pointermove', onDrag), { once: true });
  }
}

function onDrag(event) {
  const { row, column } = placeAt(event.clientX, event.clientY);
  select(Math.max(0, row), Math.max(0, column), true);
}
