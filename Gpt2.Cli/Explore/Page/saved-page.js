// What a saved page does before it starts as every page does: it says what the file is, and takes away what needs the program.

import { find, make } from './dom.js';
import { pass } from './saved-pass.js';

find('prompt').readOnly = true;
find('run').hidden = true;
find('prompt-form').addEventListener('submit', event => {
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

const note = make('p', { class: 'saved-note' },
  'A saved page: this prompt in ', make('b', {}, pass.session.model.name), ', with all its numbers. More with ',
  make('code', {}, 'gpt2 explore "…"'));
const problem = find('problem');
const row = make('div', { class: 'saved-row' });
problem.before(row);
row.append(note, problem);
