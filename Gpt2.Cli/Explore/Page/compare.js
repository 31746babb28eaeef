// The view that compares two prompts: their tokens and predictions side by side, how far every matrix of one pass is from the other's, and
// each of them as three grids.

import { choose, state, watch } from './state.js';
import { compared, compareWith, endComparison } from './comparison.js';
import { labelled, make, showMessage, speak } from './dom.js';
import { makeDistances, showDistances } from './compare-distances.js';
import { makeSheets, showSheet } from './compare-sheet.js';
import { makePromptBox } from './prompt-box.js';
import { outcome } from './outcome.js';

export const name = 'compare';
export const title = 'Compare';
export const about = 'Two prompts side by side, and where their passes differ';

const box = make('textarea', {
  id: 'compare-prompt', rows: 1, spellcheck: 'false', autocomplete: 'off', placeholder: 'for instance the same with another name',
});
const fitBox = makePromptBox(box);
const button = make('button', { type: 'submit', class: 'primary' }, 'Compare');
const problem = make('p', { class: 'problem', role: 'alert', hidden: true });
const result = make('div', { class: 'compare-result', hidden: true });
const tokens = make('div', { class: 'compare-tokens', tabindex: 0, role: 'region', 'aria-label': 'The tokens of both prompts' });
const note = make('p', { class: 'about' });
const middle = make('div', { class: 'compare-middle' });
const first = make('div', { class: 'outcome' }), second = make('div', { class: 'outcome' });

let wanted = { session: null, prompt: null };

export function start(panel) {
  panel.classList.add('compare');
  const form = make('form', { class: 'compare-form' }, make('label', { for: box.id }, 'Second prompt'), box, button);
  form.addEventListener('submit', event => {
    event.preventDefault();
    wanted = { session: null, prompt: null }; // one that was refused may be tried again
    choose(name, { with: box.value });
  });
  result.append(
    make('section', { class: 'compare-prompts', 'aria-label': 'Tokens' }, tokens, note), makeSheets(),
    middle);
  middle.append(makeDistances(), make('section', { class: 'compare-predictions' },
    make('h2', {}, 'Predictions'), make('div', { class: 'side-by-side' }, first, second), ...legend()));
  panel.append(
    make('p', { class: 'about' }, 'The prompt above is the first, and this is the second. Both passes have the edits of this tab, so that only '
      + 'the prompts differ.'),
    form, problem, result);
  watch(['session', 'chosen', 'view'], show);
}

const legend = () => [
  make('h2', {}, 'How to read the distances'),
  make('p', { class: 'about' }, 'A number says how far a token’s row is from its counterpart’s: 0 if they are equal, 1 if they are opposite, about '
    + '0.7 if they have nothing to do with each other. It is ‖second − first‖ / (‖first‖ + ‖second‖).'),
  make('p', { class: 'about' }, 'Up to step 5 of the first block, the same token at the same position has the same row in both. Step 6 is the '
    + 'first that looks at other tokens: from there on a difference spreads to later tokens. It never reaches earlier ones, which cannot see '
    + 'what comes after them.'),
  make('p', { class: 'about' }, 'In prompts of different lengths, distances below 0.00001 are rounding: sums are not added up in the same order.'),
];

async function show() {
  const { session, view, chosen } = state;
  if (!session || view !== name) {
    return;
  }

  const prompt = chosen[name]?.with ?? null;
  if (session !== wanted.session || prompt !== wanted.prompt) {
    wanted = { session, prompt };
    box.value = prompt ?? box.value;
    fitBox();
    showProblem('');
    await run(prompt);
  } else if (compared) {
    showParts();
  }
}

// Either all matrices, or the one that is open.
function showParts() {
  const isOpen = compared.byName.has(state.chosen[name]?.matrix);
  const isFocused = result.contains(document.activeElement) && isOpen !== middle.hidden;
  middle.hidden = isOpen;
  showDistances(isFocused && !isOpen);
  showSheet(isFocused && isOpen);
}

async function run(prompt) {
  if (prompt === null) {
    endComparison();
    result.hidden = true;
    return;
  }

  button.disabled = true;
  try {
    if (await compareWith(prompt)) {
      result.hidden = false;
      showTokens();
      showParts();
      const { second: pass } = compared.passes;
      showProblem(pass.problem ?? '');
      const [best] = pass.prediction;
      speak(best ? `Compared. Most probable next token of the second prompt: ${best.label}` : 'Compared');
    }
  } catch (error) {
    if (error.name !== 'AbortError' && prompt === wanted.prompt) {
      result.hidden = true;
      showProblem(error.message);
    }
  } finally {
    button.disabled = prompt !== wanted.prompt; // another one runs
  }
}

const showProblem = message => showMessage(problem, message);

function showTokens() {
  const { passes, positions } = compared;
  const tokenIn = (side, pair) => passes[side].tokens[positions[side][pair]];
  const row = side => make('tr', {}, make('th', { scope: 'row' }, side), ...positions[side].map((at, pair) => {
    const token = tokenIn(side, pair);
    const differs = tokenIn('first', pair)?.id !== tokenIn('second', pair)?.id;
    const kind = `compare-token${!token ? ' nothing' : differs ? ' differs' : ''}`;
    return make('td', { class: kind, title: token ? `token ${at}, id ${token.id}` : 'no counterpart' },
      ...(token ? labelled(token.label) : [make('span', { class: 'hidden-label' }, 'none')]));
  }));
  tokens.replaceChildren(make('table', {}, make('tbody', {}, row('first'), row('second'))));
  note.textContent = noteOf(compared);
  first.replaceChildren(...outcome('first', passes.first.prediction));
  second.replaceChildren(...outcome('second', passes.second.prediction, passes.first.prediction));
}

function noteOf({ passes, prefix, suffix }) {
  const [longer, shorter] = [passes.first, passes.second].map(({ tokens: { length } }) => length).sort((one, other) => other - one);
  const missing = longer - shorter;
  if (missing === 0) {
    return prefix === longer ? 'Both prompts are the same.' : 'Tokens that differ are coloured.';
  }

  const alone = missing === 1 ? '1 token of the longer prompt has no counterpart: its numbers are not compared and stay blank.'
    : `${missing} tokens of the longer prompt have no counterpart: their numbers are not compared and stay blank.`;
  return `Tokens that differ are coloured. ${alone}`
    + (suffix ? ' Those that follow stand at other positions in the two prompts, so that their position embeddings differ, too.' : '')
    + (state.session.edits.length ? ' Edits name rows and columns by number: in the second prompt these may belong to other tokens.' : '');
}
