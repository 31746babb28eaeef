// From sheet to sheet and from cell to cell.

import { change, state } from './state.js';
import { within } from './session.js';

const lastCells = new Map(); // by sheet name, for those who do not follow a token

// Shows a sheet by its name. The cell is the given one, or that of the token followed, or the one last selected there.
export function goTo(name, cell) {
  const { session, sheet: old, follow } = state;
  const sheet = session?.byName.get(name);
  if (!sheet) {
    return false;
  }

  if (old) {
    lastCells.set(old.name, state.cell);
  }

  if (sheet !== old || cell) {
    const at = within(sheet, cell ?? (follow && old && sameToken(old, sheet)) ?? lastCells.get(name) ?? { row: 0, column: 0 });
    change({ sheet, cell: at, anchor: at });
  }

  return true;
}

// Selects a cell of the sheet; with extend, the range from the anchor to it.
export function select(row, column, extend = false) {
  const { sheet } = state;
  const cell = {
    row: Math.max(0, Math.min(sheet.rows - 1, row)),
    column: Math.max(0, Math.min(sheet.columns - 1, column)),
  };
  change(extend ? { cell } : { cell, anchor: cell });
}

// Selects a rectangle, whose first corner is the cell.
export function selectRange(r0, r1, c0, c1) {
  change({ cell: { row: r0, column: c0 }, anchor: { row: r1 - 1, column: c1 - 1 } });
}

// The sheet that is some steps away; null beyond the ends. From a weight, the first step.
export function stepAway(count) {
  const { session, sheet } = state;
  const at = session.steps.indexOf(sheet);
  return at < 0 ? session.steps[0] : session.steps[at + count] ?? null;
}

// The same token's row in another sheet of the pass, and the same column if there is one.
function sameToken(from, to) {
  if (from.rowAxis !== 'Tokens' || to.rowAxis !== 'Tokens') {
    return undefined;
  }

  const row = state.cell.row + from.firstToken - to.firstToken;
  return { row: Math.max(0, row), column: to.columnAxis === from.columnAxis ? state.cell.column : 0 };
}
