// What a saved page does before it starts as every page does: it says what the file is, and takes away what needs the program.

import { find, make } from './dom.js';
import { pass } from './saved-pass.js';

const { name, parameters } = pass.session.model;

find('prompt').readOnly = true;
find('run').hidden = true;
find('prompt-form').addEventListener('submit', event => {
  event.preventDefault();
  event.stopImmediatePropagation();
}, { capture: true });

const note = make('p', { class: 'saved-note' },
  'A page as a file: one prompt in the model ', make('b', {}, name), ` of ${parameters.toLocaleString('en')} weights, every number of its pass, `
  + 'and no program behind it. To run other prompts, or to change numbers: ', make('code', {}, 'gpt2 explore "…"'));
const problem = find('problem');
const row = make('div', { class: 'saved-row' });
problem.before(row);
row.append(note, problem);
