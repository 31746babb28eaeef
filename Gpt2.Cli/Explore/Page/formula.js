// The name box, which goes to a cell, and the formula bar, which says what the current cell holds.

import { find, make, speak } from './dom.js';
import { goTo, selectRange } from './navigate.js';
import { state, watch } from './state.js';
import { exact } from './numbers.js';
import { numberAt, onLoaded } from './tiles.js';
import { onLabels, wordsOf } from './labels.js';

const box = find('name-box');
const bar = find('formula-bar');

export function startFormula() {
  watch(['session', 'sheet', 'cell', 'version'], show);
  onLoaded(showValue);
  onLabels(showValue);
  find('name-form').addEventListener('submit', event => {
    event.preventDefault();
    jump();
  });
  box.addEventListener('focus', () => box.select());
  box.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      show();
      find('grid').focus();
    }
  });
}

const nameOf = ({ sheet, cell }) => `${sheet.name}[${cell.row},${cell.column}]`;

function show() {
  if (!state.sheet) {
    return;
  }

  box.value = nameOf(state);
  box.removeAttribute('aria-invalid');
  find('sheet-title').textContent = state.sheet.title;
  find('sentence').textContent = state.sheet.sentence;
  showValue();
}

function showValue() {
  const { sheet, cell } = state;
  if (!sheet) {
    return;
  }

  const value = numberAt(sheet, cell.row, cell.column);
  const where = [wordsOf(sheet.rowAxis, cell.row, sheet), wordsOf(sheet.columnAxis, cell.column, sheet)].filter(words => words);
  bar.replaceChildren(
    make('span', { class: 'formula-value' }, value === undefined ? '…' : exact(value)),
    make('span', { class: 'formula-where' }, [sheet.title, ...where].join(' · ')));
}

// h0.step7[5,0], [5,0], h0.step7, or a range [0,0]:[5,3].
function jump() {
  const match = /^\s*([\w.]*)\s*(?:\[\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\]\s*(?::\s*\[\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\])?)?\s*$/.exec(box.value);
  const [, name, row, column, lastRow, lastColumn] = match ?? [];
  const sheet = match && state.session?.byName.get(name || state.sheet.name);
  const places = [row, lastRow].filter(place => place !== undefined).every(place => place < sheet?.rows)
    && [column, lastColumn].filter(place => place !== undefined).every(place => place < sheet?.columns);
  if (!sheet || !places) {
    box.setAttribute('aria-invalid', 'true');
    speak(sheet ? `${sheet.name} has ${sheet.rows} rows and ${sheet.columns} columns` : `There is no sheet ${name ?? box.value}`);
    bar.replaceChildren(make('span', { class: 'formula-where' }, find('spoken').textContent));
    return;
  }

  goTo(sheet.name, row === undefined ? undefined : { row: Number(row), column: Number(column) });
  if (lastRow !== undefined) {
    selectRange(Number(row), Number(lastRow) + 1, Number(column), Number(lastColumn) + 1);
  }

  show();
  find('grid').focus();
}
