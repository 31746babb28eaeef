// Selecting in a grid with keys and pointer, as in a spreadsheet.

// The source says what is selected, and selects: shown() is null or { sheet, cell }; select(row, column, extend) goes to the nearest cell,
// with extend as far as the range reaches; selectRange(r0, r1, c0, c1).
export function makeSelection(grid, source) {
  const { element } = grid;
  element.addEventListener('keydown', onKey);
  element.addEventListener('pointerdown', onPointerDown);

  function onKey(event) {
    const { sheet, cell } = source.shown() ?? {};
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
      PageUp: [row - grid.pageRows(), column],
      PageDown: [row + grid.pageRows(), column],
      Home: [far ? 0 : row, 0],
      End: [far ? sheet.rows - 1 : row, sheet.columns - 1],
    }[event.key];
    if (place) {
      source.select(...place, event.shiftKey);
      event.preventDefault();
    } else if (far && event.key.toLowerCase() === 'a') {
      source.selectRange(0, sheet.rows, 0, sheet.columns);
      event.preventDefault();
    }
  }

  function onPointerDown(event) {
    const { sheet } = source.shown() ?? {};
    const { row, column } = grid.placeAt(event.clientX, event.clientY);
    const isOnScrollbar = event.offsetX >= element.clientWidth && event.target === element;
    if (!sheet || event.button !== 0 || isOnScrollbar || row >= sheet.rows || column >= sheet.columns) {
      return;
    }

    element.focus({ preventScroll: true });
    if (row < 0 || column < 0) {
      source.selectRange(Math.max(0, row), row < 0 ? sheet.rows : row + 1, Math.max(0, column), column < 0 ? sheet.columns : column + 1);
    } else if (event.pointerType === 'touch') {
      element.addEventListener('click', () => source.select(row, column), { once: true }); // no click follows if the finger scrolls
    } else {
      source.select(row, column, event.shiftKey);
      element.setPointerCapture(event.pointerId);
      element.addEventListener('pointermove', onDrag);
      element.addEventListener('pointerup', () => element.removeEventListener('pointermove', onDrag), { once: true });
    }
  }

  function onDrag(event) {
    const { row, column } = grid.placeAt(event.clientX, event.clientY);
    source.select(Math.max(0, row), Math.max(0, column), true);
  }
}
