// The view of neurons: the value of one unit of a feed-forward layer at every token of the prompt, and the tokens of another text at
// which it is strongest.

import { choose, chosenNumber, state, watch } from './state.js';
import { find, labelled, make, speak } from './dom.js';
import { heat, signedBar } from './charts.js';
import { ask } from './session.js';
import { figure } from './numbers.js';
import { isSaved } from './api.js';
import { openView } from './views.js';

export const name = 'neurons';
export const title = 'Neurons';
export const inFile = true;
export const about = 'What a neuron reacts to, in the prompt and in a text of yours';

const block = make('select', { id: 'neuron-block' });
const neuron = make('input', { type: 'number', id: 'neuron-number', min: 0, step: 1 });
const values = make('ol', { class: 'neuron-tokens', 'aria-label': 'The neuron at the tokens of the prompt' });
const note = make('p', { class: 'about', id: 'neuron-note' });
const text = make('textarea', { id: 'neuron-text', rows: 5, spellcheck: 'false', placeholder: 'A text' });
const search = make('button', { type: 'button', class: 'primary', id: 'neuron-search' }, 'Search');
const cancel = make('button', { type: 'button', class: 'plain', id: 'neuron-stop', hidden: true }, 'Stop');
const firings = make('div', { class: 'neuron-firings' });

let shown = '';
let stop = null;
let searching = null;

export function start(panel) {
  panel.classList.add('neurons');
  block.addEventListener('change', () => choose(name, { block: block.value }));
  neuron.addEventListener('change', () => choose(name, { neuron: Math.max(0, Math.min(state.session.model.hidden - 1, Math.round(neuron.value))) }));
  search.addEventListener('click', findStrongest);
  cancel.addEventListener('click', () => searching?.abort());
  panel.append(
    make('div', { class: 'neuron-choice', role: 'group', 'aria-label': 'Which neuron' },
      make('label', { for: block.id }, 'block'), block, make('label', { for: neuron.id }, 'neuron'), neuron,
      step('◀', 'The neuron before', -1), step('▶', 'The next neuron', 1)),
    note, values,
    make('section', { class: 'neuron-search', 'aria-labelledby': 'neuron-search-title', hidden: isSaved },
      make('h2', { id: 'neuron-search-title' }, 'Where is it strongest?'),
      make('label', { for: text.id, class: 'about' }, 'In a text that you paste here: the more, and the more varied, the more it says.'),
      text, make('div', { class: 'neuron-buttons' }, search, cancel), firings));
  watch(['session', 'chosen', 'view'], show);
}

// A button below the sheets of steps 13 and 14, which opens this view with the neuron of the selected column.
export function startNeuronLink() {
  const link = find('open-neuron');
  const isNeuron = () => state.sheet?.columnAxis === 'Neurons' && !state.sheet.isWeight;
  link.addEventListener('click', () => {
    const { sheet, cell } = state;
    openView(name);
    choose(name, { block: sheet.block, neuron: cell.column });
  });
  watch(['sheet', 'cell'], () => {
    link.hidden = !isNeuron();
    link.textContent = isNeuron() ? `neuron ${state.cell.column}` : '';
  });
}

const blockNow = () => chosenNumber(name, 'block', state.session.model.layers - 1, 0);

const neuronNow = () => chosenNumber(name, 'neuron', state.session.model.hidden - 1, 0);

function step(sign, words, by) {
  const button = make('button', { type: 'button', class: 'plain', 'aria-label': words, title: words }, sign);
  button.addEventListener('click', () => {
    const { hidden } = state.session.model;
    choose(name, { neuron: (neuronNow() + by + hidden) % hidden });
  });
  return button;
}

function show() {
  const { session, view } = state;
  if (!session || view !== name) {
    searching?.abort();
    return;
  }

  const { layers, hidden } = session.model;
  if (block.children.length !== layers) {
    block.replaceChildren(...Array.from({ length: layers }, (_, number) => make('option', { value: number }, `h${number}`)));
  }

  block.value = blockNow();
  neuron.max = hidden - 1;
  neuron.value = neuronNow();
  const wanted = `${session.id} ${blockNow()} ${neuronNow()}`;
  if (wanted !== shown) {
    shown = wanted;
    searching?.abort();
    firings.replaceChildren();
    load();
  }
}

async function load() {
  stop?.abort();
  stop = new AbortController();
  const { tokens } = state.session;
  const place = `h${blockNow()}.step14`, at = neuronNow();
  try {
    const response = await ask(`sheets/${place}/window?c0=${at}&c1=${at + 1}`, stop.signal);
    const view = new DataView(await response.arrayBuffer());
    const all = tokens.map((_, token) => view.getFloat32(4 * token, true));
    const scale = Math.max(...all.map(Math.abs));
    const { activation } = state.session.model, name = activation.startsWith('gelu') ? 'GELU' : activation;
    note.textContent = `Column ${at} of ${place}, the neuron after ${name}, at every token of the prompt: blue above 0, red below.`;
    values.replaceChildren(...tokens.map((token, index) => make('li', {}, heat(
      make('span', { class: 'neuron-token heated', title: `token ${index}: ${figure(all[index])}` },
        make('span', { class: 'neuron-label' }, ...labelled(token.label)), make('span', { class: 'number' }, brief(all[index]))),
      all[index], scale))));
  } catch (error) {
    if (error.name !== 'AbortError') {
      shown = '';
      note.replaceChildren(make('span', { class: 'refused' }, error.message));
    }
  }
}

async function findStrongest() {
  searching?.abort();
  const mine = new AbortController();
  searching = mine;
  search.disabled = true;
  cancel.hidden = false;
  firings.replaceChildren(make('p', { class: 'about' }, 'Reading the text …'));
  try {
    const request = { text: text.value, block: blockNow(), neuron: neuronNow() };
    const found = await (await ask('neurons', mine.signal, request)).json();
    if (searching === mine) {
      firings.replaceChildren(...list(found));
      speak(`${found.firings.length} tokens found`);
    }
  } catch (error) {
    if (searching === mine) {
      firings.replaceChildren(error.name === 'AbortError'
        ? make('p', { class: 'about' }, 'Stopped.')
        : make('p', { class: 'refused' }, error.message));
    }
  } finally {
    if (searching === mine) {
      searching = null;
      search.disabled = false;
      cancel.hidden = true;
    }
  }
}

function list({ tokens, window: most, firings: all }) {
  const scale = Math.max(...all.map(({ value }) => Math.abs(value)));
  const row = ({ position, value, before, token, after }) => make('tr', {},
    make('td', { class: 'number' }, String(position)),
    make('td', { class: 'number' }, brief(value)),
    make('td', { class: 'bar-cell neuron-bar' }, signedBar(value, scale)),
    make('td', { class: 'neuron-context' }, ...labelled(before), make('mark', {}, ...labelled(token)), ...labelled(after)));
  return [
    make('p', { class: 'about' }, `The ${all.length} strongest of ${tokens} tokens. The text is read in windows of at most ${most} tokens.`),
    make('div', { class: 'neuron-scroll', tabindex: 0, role: 'region', 'aria-label': 'Strongest tokens' }, make('table', {},
      make('thead', {}, make('tr', {}, ...['token', 'value'].map(head => make('th', { scope: 'col' }, head)), make('td', {}),
        make('th', { scope: 'col' }, 'in its context'))),
      make('tbody', {}, ...all.map(row)))),
  ];
}

// Three decimals, as GELU's smallest value is −0.17; what rounds to 0 has no sign.
const brief = value => typeof value === 'number' && Number.isFinite(value)
  ? value.toFixed(3).replace(/^-0\.000$/, '0.000').replace('-', '−')
  : figure(value);
