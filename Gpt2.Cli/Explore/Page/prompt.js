// The prompt box, its tokens as chips, and the answer.

import { find, labelled, make } from './dom.js';
import { state, watch } from './state.js';
import { goTo } from './navigate.js';
import { makePromptBox } from './prompt-box.js';
import { percent } from './numbers.js';
import { run } from './session.js';
import { openView } from './views.js';
import { showMerges } from './merges.js';

const box = find('prompt');
const fitBox = makePromptBox(box);

export function startPrompt() {
  find('prompt-form').addEventListener('submit', event => {
    event.preventDefault();
    run(box.value, state.sheet?.name);
  });
  watch(['session'], show);
  watch(['session', 'view', 'sheet', 'cell', 'attention'], markToken);
  find('edit-count').addEventListener('click', () => openView('changes'));
  find('answer').addEventListener('click', () => goTo('probabilities', bestCell()));
}

function show() {
  const { session } = state;
  box.value = session.prompt;
  fitBox();
  document.title = `${session.prompt.slice(0, 40)} · gpt2 explore`;
  find('model-name').textContent = `· ${session.model.name}`;
  find('tokens').replaceChildren(...session.tokens.map((token, place) => make('li', {}, chip(token, place))));
  const { length: edits } = session.edits;
  find('edit-count').hidden = edits === 0;
  find('edit-count').textContent = edits === 1 ? '1 edit' : `${edits} edits`;
  const [best] = session.prediction;
  const answer = find('answer');
  answer.hidden = !best;
  if (best) {
    answer.replaceChildren(
      make('span', { class: 'hidden-label' }, 'Prediction: '),
      make('span', { class: 'answer-token' }, '→ ', ...labelled(best.label)),
      make('span', { class: 'answer-share' }, percent(best.probability)));
  }
}

function chip(token, place) {
  const bytes = token.bytes.replace(/../g, '$& ').trim();
  const button = make('button', { type: 'button', class: 'token', title: `bytes ${bytes}: show the merges` },
    make('span', { class: 'hidden-label' }, `token ${place} `),
    make('span', { class: 'token-text' }, ...labelled(token.label)),
    make('span', { class: 'token-id' }, String(token.id)));
  button.addEventListener('click', () => showMerges(place));
  return button;
}

// The chip of the current row, or of the token whose attention is shown.
function markToken() {
  const { view, sheet, cell, attention } = state;
  const token = view === 'attention' && attention ? attention.token : sheet?.rowAxis === 'Tokens' ? cell.row + sheet.firstToken : -1;
  [...find('tokens').querySelectorAll('.token')].forEach((element, place) => element.classList.toggle('current', place === token));
}

function bestCell() {
  const { session } = state;
  return { row: session.byName.get('probabilities').rows - 1, column: session.prediction[0].id };
}
