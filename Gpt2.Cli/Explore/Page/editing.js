// Changing a number where it stands, and looking at the numbers before and after.

import { change, state, watch } from './state.js';
import { editsOf, rerun } from './session.js';
import { find, make, speak } from './dom.js';
import { exact, typed } from './numbers.js';
import { isSaved } from './api.js';
import { numberAt, onLoaded } from './tiles.js';

const VERSIONS = { after: 'after', before: 'before', difference: 'difference' };

const form = find('edit-form');
const box = find('edit-box');

export function startEditing() {
  if (isSaved) {
    return;
  }

  find('grid').addEventListener('dblclick', begin);
  document.addEventListener('keydown', onKey);
  form.addEventListener('submit', event => {
    event.preventDefault();
    commit();
  });
  box.addEventListener('keydown', event => event.key === 'Escape' && end());
  watch(['session', 'sheet', 'cell'], () => { form.hidden = true; });
  onLoaded(fill);

  find('versions').replaceChildren(...Object.entries(VERSIONS).map(([version, text]) => {
    const choice = make('button', { type: 'button', role: 'radio', 'data-version': version }, text);
    choice.addEventListener('click', () => change({ version }));
    return choice;
  }));
  watch(['session', 'version'], showVersions);
}

// F2 changes the current number, Ctrl+Z undoes the last change; where text is typed, both are the browser's.
function onKey(event) {
  const { session, view } = state;
  if (event.target.closest('input, textarea, select, dialog')) {
    return;
  }

  if (event.key === 'F2' && view === 'numbers') {
    event.preventDefault();
    begin();
  } else if (event.key === 'z' && (event.ctrlKey || event.metaKey) && session?.edits.length) {
    event.preventDefault();
    rerun(editsOf(session).slice(0, -1));
  }
}

function begin() {
  if (!state.sheet?.canBeChanged) {
    speak('These numbers follow from the last block and cannot be changed');
    return;
  }

  change({ version: 'after' });
  box.value = '';
  form.hidden = false;
  box.focus();
  fill();
}

// The number may have to be fetched first, if another version was shown.
function fill() {
  const { sheet, cell } = state;
  const value = form.hidden || box.value ? undefined : numberAt(sheet, cell.row, cell.column);
  if (value !== undefined) {
    box.value = exact(value).replaceAll('−', '-');
    box.select();
  }
}

async function commit() {
  const value = typed(box.value);
  if (Number.isNaN(value)) {
    box.setAttribute('aria-invalid', 'true');
    speak('Not a number, or too large');
    return;
  }

  const { session, sheet, cell } = state;
  end();
  const edit = { edit: 'set_cell', matrix: sheet.name, row: cell.row, column: cell.column, value };
  if (await rerun([...editsOf(session), edit])) {
    speak(`Changed. Most probable next token: ${state.session.prediction[0]?.label ?? 'none'}`);
  }
}

function end() {
  box.removeAttribute('aria-invalid');
  form.hidden = true;
  find('grid').focus();
}

function showVersions() {
  const hasEdits = state.session?.edits.length > 0;
  find('versions').hidden = !hasEdits;
  for (const choice of find('versions').children) {
    const chosen = choice.dataset.version === state.version;
    choice.setAttribute('aria-checked', chosen);
    choice.setAttribute('aria-selected', chosen);
  }
}
