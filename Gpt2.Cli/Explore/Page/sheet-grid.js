// The grid of the view of numbers: the sheet that is open, with the selected range.

import { labelOf, onLabels } from './labels.js';
import { need, numberAt, onLoaded } from './tiles.js';
import { onScale, scaleOf } from './scales.js';
import { select, selectRange } from './navigate.js';
import { selectedRange, state, watch } from './state.js';
import { find } from './dom.js';
import { makeGrid } from './grid.js';
import { makeSelection } from './selection.js';

export function startGrid() {
  const grid = makeGrid(find('grid'), {
    shown: () => state.sheet && { sheet: state.sheet, cell: state.cell, range: selectedRange(), scale: scaleOf(state.sheet) },
    numberAt, need, labelOf, currentId: 'current-cell',
  });
  watch(['session', 'sheet'], grid.layOut);
  watch(['cell', 'anchor'], grid.moved);
  watch(['version'], grid.drawSoon);
  onLoaded(grid.drawSoon);
  onScale(grid.drawSoon);
  onLabels(grid.drawSoon);
  makeSelection(grid, { shown: () => state.sheet && { sheet: state.sheet, cell: state.cell }, select, selectRange });
}
