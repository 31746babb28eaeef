// What the page shows: a session, one of its sheets, a cell, a range. Everything else on the page follows from this.

export const state = {
  session: null, // the pass of a prompt
  view: 'numbers', // what is shown of it, see views.js
  chosen: {}, // by view: what is chosen in it, as texts by name; the address holds that of the view that is open
  sheet: null, // one of session.sheets
  cell: { row: 0, column: 0 },
  anchor: { row: 0, column: 0 }, // the range is the rectangle between this and the cell
  version: 'after', // of the numbers: 'before' is without the edits, 'difference' how far they moved
  follow: true, // whether the token stays the same from step to step
  playing: false,
  why: false, // whether the panel is open that shows where a number comes from
  attention: null, // what the view of attention shows: { block, head, token, to }
};

const watchers = [];

// Calls a function whenever one of some parts changes.
export function watch(names, notify) {
  watchers.push({ names, notify });
}

// Changes some parts, and tells those who watch them.
export function change(parts) {
  Object.assign(state, parts);
  for (const { names, notify } of watchers) {
    if (names.some(name => name in parts)) {
      notify(state);
    }
  }
}

// What a request for numbers adds to say which version it means.
export const versionQuery = (mark = '&') => state.version === 'after' ? '' : `${mark}of=${state.version}`;

// Chooses something in a view; null is the standard.
export function choose(view, parts) {
  const all = { ...state.chosen[view], ...parts };
  const given = Object.entries(all).filter(([, value]) => value !== null).map(([name, value]) => [name, String(value)]);
  change({ chosen: { ...state.chosen, [view]: Object.fromEntries(given) } });
}

// A whole number chosen in a view, at most as large as the last; the standard if it is none.
export function chosenNumber(view, name, last, standard) {
  const text = state.chosen[view]?.[name] ?? '';
  return /^\d{1,9}$/.test(text) && Number(text) <= last ? Number(text) : standard;
}

// The selected rectangle, ends excluded.
export function selectedRange() {
  const { cell, anchor } = state;
  return {
    r0: Math.min(cell.row, anchor.row),
    r1: Math.max(cell.row, anchor.row) + 1,
    c0: Math.min(cell.column, anchor.column),
    c1: Math.max(cell.column, anchor.column) + 1,
  };
}
