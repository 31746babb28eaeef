// The view of changes: the experiment as a list of edits, and what it does to the prediction and to the sheets.

import { editsOf, rerun, run, showProblem } from './session.js';
import { figure, typed } from './numbers.js';
import { make } from './dom.js';
import { change, state, watch } from './state.js';
import { goTo } from './navigate.js';
import { openView } from './views.js';
import { outcome } from './outcome.js';

export const name = 'changes';
export const title = 'Changes';
export const about = 'Change numbers, silence parts of the model, and see what moves';

const MOVED = 40; // sheets listed

// What can be changed besides single numbers: a name, the fields that are asked for, and the edit they make.
const KINDS = [
  { text: 'Silence a head', fields: { block: 0, head: 0 }, edit: ({ block, head }) => ({ edit: 'silence_head', block, head }) },
  { text: 'Silence a neuron', fields: { block: 0, neuron: 0 }, edit: ({ block, neuron }) => ({ edit: 'silence_neuron', block, neuron }) },
  { text: 'Silence a position', fields: { position: 0 }, edit: ({ position }) => ({ edit: 'silence_position', position }) },
  { text: 'Silence all positions', fields: {}, edit: () => ({ edit: 'silence_position' }) },
  {
    text: 'Scale a row', fields: { matrix: 'h0.step16', row: 0, factor: 0 },
    edit: ({ matrix, row, factor }) => ({ edit: 'scale_row', matrix, row, factor }),
  },
  {
    text: 'Overwrite a row', fields: { matrix: 'h0.step16', row: 0, value: 0 },
    edit: ({ matrix, row, value }) => ({ edit: 'fill_row', matrix, row, value }),
  },
  {
    text: 'Exchange two rows', fields: { matrix: 'token_embeddings', row: 0, other: 1 },
    edit: ({ matrix, row, other }) => ({ edit: 'swap_rows', matrix, row, other }),
  },
  {
    text: 'Set a number', fields: { matrix: 'h0.step1', row: 0, column: 0, value: 0 },
    edit: ({ matrix, row, column, value }) => ({ edit: 'set_cell', matrix, row, column, value }),
  },
];

// How many there are of what a field asks for.
const COUNTS = { block: model => model.layers, head: model => model.heads, neuron: model => model.hidden, position: model => model.context };

const list = make('ol', { class: 'edits', 'aria-label': 'Edits' });
const before = make('div', { class: 'outcome' }), after = make('div', { class: 'outcome' });
const moved = make('ol', { class: 'moved', 'aria-label': 'Sheets by how far their numbers moved' });
const fields = make('span', { class: 'edit-fields' });
const kinds = make('select', { id: 'edit-kind', 'aria-label': 'Kind of change' }, ...KINDS.map(({ text }) => make('option', {}, text)));

export function start(panel) {
  const form = make('form', { class: 'edit-new' }, kinds, fields, make('button', { type: 'submit', class: 'primary' }, 'Change'));
  form.addEventListener('submit', event => {
    event.preventDefault();
    add();
  });
  kinds.addEventListener('change', showFields);
  panel.append(
    make('p', { class: 'about' }, 'An edit is applied right after its matrix has been computed, before any later step '
      + 'reads it; everything after it is computed again. Nothing is written to a file of the model. A single number is changed where it '
      + 'stands: select it in Numbers and press F2, or double-click it.'),
    make('section', { class: 'experiment' }, make('h2', {}, 'Experiment'), form, list, tools()),
    make('section', { class: 'outcomes' }, make('h2', {}, 'Prediction'), make('div', { class: 'side-by-side' }, before, after)),
    make('section', {}, make('h2', {}, 'What moved'),
      make('p', { class: 'about' }, 'For each matrix, the largest change of one of its numbers.'), moved));
  showFields();
  watch(['session'], show);
  show();
}

const NEED_EDITS = [
  button('Undo the last', () => rerun(editsOf(state.session).slice(0, -1))), button('Undo all', () => rerun([])), button('Save', saveFile),
];

function tools() {
  const file = make('input', { type: 'file', accept: '.json,application/json', id: 'edits-file', hidden: true });
  file.addEventListener('change', () => loadFile(file));
  const load = button('Load', () => file.click());
  return make('div', { class: 'edit-tools' }, ...NEED_EDITS, load, file);
}

function button(text, action) {
  const made = make('button', { type: 'button', class: 'plain' }, text);
  made.addEventListener('click', action);
  return made;
}

function showFields() {
  const { fields: asked } = KINDS[kinds.selectedIndex];
  fields.replaceChildren(...Object.entries(asked).map(([field, standard]) => make('label', {}, field, ' ', make('input', {
    name: field, value: standard, class: field === 'matrix' ? 'wide' : null, inputmode: field === 'matrix' ? null : 'decimal', spellcheck: 'false',
    autocomplete: 'off',
  }))));
}

function add() {
  const { edit } = KINDS[kinds.selectedIndex];
  const values = {};
  for (const input of fields.querySelectorAll('input')) {
    const value = input.name === 'matrix' ? input.value.trim() : typed(input.value);
    const count = COUNTS[input.name]?.(state.session.model);
    const isOutside = count !== undefined && !(Number.isInteger(value) && value >= 0 && value < count);
    const isWrong = value === '' || Number.isNaN(value) || isOutside;
    input.setAttribute('aria-invalid', isWrong);
    if (isWrong) {
      input.focus();
      showProblem(isOutside ? `There is no ${input.name} ${input.value}: this model has ${input.name}s 0 to ${count - 1}` : '');
      return;
    }

    values[input.name] = value;
  }

  rerun([...editsOf(state.session), edit(values)]);
}

function show() {
  const { session } = state;
  if (!session) {
    return;
  }

  NEED_EDITS.forEach(one => { one.disabled = session.edits.length === 0; });
  list.replaceChildren(...session.edits.map(({ text }, place) => make('li', {}, make('span', {}, text), button('undo', () => undo(place)))));
  before.replaceChildren(...outcome('before', session.edits.length ? session.before : session.prediction));
  after.replaceChildren(...outcome('after', session.prediction, session.edits.length ? session.before : session.prediction));
  const far = session.sheets.filter(sheet => sheet.moved !== 0)
    .sort((one, other) => (typeof other.moved === 'string' ? Infinity : other.moved) - (typeof one.moved === 'string' ? Infinity : one.moved));
  moved.replaceChildren(...far.slice(0, MOVED).map(sheet => {
    const open = button(sheet.title, () => {
      change({ version: 'difference' });
      goTo(sheet.name);
      openView('numbers');
    });
    return make('li', {}, open, make('span', { class: 'figure' }, figure(sheet.moved)));
  }));
  if (!far.length) {
    moved.append(make('li', { class: 'soft' }, session.edits.length ? 'No number moved.' : 'There are no edits yet.'));
  }
}

const undo = place => rerun(editsOf(state.session).filter((_, at) => at !== place));

function saveFile() {
  const { session } = state;
  const text = JSON.stringify({ edits: editsOf(session), prompt: session.prompt }, null, 2) + '\n';
  const link = make('a', { href: URL.createObjectURL(new Blob([text], { type: 'application/json' })), download: 'experiment.json' });
  link.click();
  URL.revokeObjectURL(link.href);
}

async function loadFile(input) {
  const [file] = input.files;
  input.value = '';
  try {
    const { edits, prompt } = JSON.parse(await file.text()) ?? {};
    if (!Array.isArray(edits)) {
      throw new Error('there is no list of edits');
    }

    await run(prompt ?? state.session.prompt, state.sheet.name, state.cell, { edits });
  } catch (error) {
    showProblem(`${file.name} is not an experiment: ${error.message}`);
  }
}
