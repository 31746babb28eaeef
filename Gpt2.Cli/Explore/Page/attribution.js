// What each head, each MLP, the embeddings and the biases add to the logit of a token: a heat map of blocks and heads, the parts in the
// order of the model, and all of them by size.

import { choose, chosenNumber, state } from './state.js';
import { find, labelled, make } from './dom.js';
import { figure, percent } from './numbers.js';
import { heat, signedBar, tokenButton, tokenName } from './charts.js';
import { ask } from './session.js';

const FOUND = 8; // tokens that a search lists
const LISTED = 40; // parts by size
const PAUSE = 150;

const NAMES = {
  TokenEmbedding: () => 'token embedding',
  PositionEmbedding: () => 'position embedding',
  Head: ({ block, head }) => `h${block} head ${head}`,
  AttentionBias: ({ block }) => `h${block} attention bias`,
  Mlp: ({ block }) => `h${block} MLP`,
  FinalNormBias: () => 'ln_f bias',
  Edits: () => 'edits of the stream',
};

const title = make('h2', { id: 'attribution-title' });
const sum = make('p', { class: 'attribution-sum', id: 'attribution-sum' });
const body = make('div', { class: 'attribution-body' });
const search = make('input', { type: 'search', id: 'attribution-search', placeholder: 'Another token', spellcheck: 'false', autocomplete: 'off' });
const found = make('div', { class: 'attribution-found', role: 'group', 'aria-label': 'Tokens found' });

let shown = '';
let stop = null;
let waiting = 0;
let row = 0;

export function makeAttribution() {
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(searchTokens, PAUSE);
  });
  const answer = make('button', { type: 'button', class: 'plain', id: 'attribution-answer' }, 'the answer');
  answer.addEventListener('click', () => choose('depth', { token: null }));
  return make('section', { class: 'attribution', 'aria-labelledby': 'attribution-title' },
    title, sum,
    make('div', { class: 'attribution-choice' },
      make('label', { class: 'hidden-label', for: search.id }, 'Search for a token whose logit to break down'), search, answer, found),
    body);
}

// Shows the parts of the chosen token's logit after a token of the prompt.
export async function showAttribution(at) {
  const { session } = state;
  row = at;
  const token = chosenNumber('depth', 'token', session.model.vocabulary - 1, undefined); // the answer
  const wanted = `${session.id} ${at} ${token}`;
  if (wanted === shown) {
    return;
  }

  shown = wanted;
  stop?.abort();
  stop = new AbortController();
  try {
    const query = new URLSearchParams({ row: at, ...(token !== undefined && { token }) });
    fill(await (await ask(`depth/logit?${query}`, stop.signal)).json());
  } catch (error) {
    if (error.name !== 'AbortError') {
      shown = '';
      title.textContent = 'The parts of a logit';
      sum.replaceChildren(make('span', { class: 'refused' }, error.message));
      body.replaceChildren();
    }
  }
}

async function searchTokens() {
  if (search.value === '') {
    found.replaceChildren();
    return;
  }

  const { byName, tokens } = state.session;
  const logits = byName.get('logits');
  const query = new URLSearchParams({ row: Math.max(0, row - (tokens.length - logits.rows)), top: FOUND, search: search.value });
  try {
    const result = await (await ask(`sheets/logits/ranked?${query}`)).json();
    found.replaceChildren(
      ...result.tokens.map(token => tokenButton(token, () => choose('depth', { token: token.id }), `id ${token.id}, rank ${token.rank}`)),
      make('span', { class: 'about' }, result.found > FOUND ? `and ${result.found - FOUND} more` : result.found === 0 ? 'no such token' : ''));
  } catch (error) {
    found.textContent = error.message;
  }
}

function fill({ row: at, token, label, isAnswer, rank, logit, probability, sum: total, scale, parts }) {
  const after = state.session.tokens[at].label;
  title.replaceChildren('What adds to the logit of ', make('b', {}, ...tokenName({ id: token, label })), ' after ', ...labelled(after));
  find('attribution-answer').setAttribute('aria-pressed', isAnswer);
  sum.replaceChildren(
    'These parts sum to the logit ', make('b', { class: 'number' }, figure(total)),
    `, which the pass computed as ${figure(logit)} in float32: rank ${rank}, ${percent(probability)}.`);
  const bySize = [...parts].sort((one, other) => Math.abs(other.value) - Math.abs(one.value));
  body.replaceChildren(
    make('div', { class: 'attribution-map', tabindex: 0, role: 'region', 'aria-label': 'Heads and MLPs' },
      make('h3', {}, 'Blocks and heads'), heatMap(parts, scale)),
    bars('In the order of the model', inOrder(parts)),
    bars(bySize.length > LISTED ? `The ${LISTED} largest of ${bySize.length}` : 'By size',
      bySize.slice(0, LISTED).map(part => [nameOf(part), part.value])));
}

const nameOf = part => NAMES[part.part](part);

function heatMap(parts, scale) {
  const { layers, heads } = state.session.model;
  const at = new Map(parts.map(part => [nameOf(part), part.value]));
  const cell = name => {
    const value = at.get(name);
    return heat(make('td', { class: 'heated number', title: `${name}: ${figure(value)}` }, short(value)), value, scale);
  };
  const row = block => make('tr', {}, make('th', { scope: 'row' }, `h${block}`),
    ...Array.from({ length: heads }, (_, head) => cell(`h${block} head ${head}`)), cell(`h${block} attention bias`), cell(`h${block} MLP`));
  return make('table', {},
    make('thead', {}, make('tr', {}, make('td', {}),
      ...Array.from({ length: heads }, (_, head) => make('th', { scope: 'col', title: `head ${head}` }, String(head))),
      make('th', { scope: 'col', title: 'the bias of the attention output, which belongs to no head' }, 'bias'),
      make('th', { scope: 'col' }, 'MLP'))),
    make('tbody', {}, ...Array.from({ length: layers }, (_, block) => row(block))));
}

// Embeddings, then of each block its attention as a whole and its MLP, then what belongs to no block.
function inOrder(parts) {
  const sums = new Map();
  for (const part of parts) {
    const name = part.part === 'Head' || part.part === 'AttentionBias' ? `h${part.block} attention` : nameOf(part);
    sums.set(name, (sums.get(name) ?? 0) + part.value);
  }

  return [...sums];
}

function bars(heading, values) {
  const scale = Math.max(...values.map(([, value]) => Math.abs(value)));
  const row = ([name, value]) => make('tr', {},
    make('th', { scope: 'row' }, name), make('td', { class: 'bar-cell' }, signedBar(value, scale)),
    make('td', { class: 'number' }, figure(rounded(value))));
  return make('div', { class: 'attribution-bars', tabindex: 0, role: 'region', 'aria-label': heading },
    make('h3', {}, heading), make('table', {}, make('tbody', {}, ...values.map(row))));
}

const rounded = value => typeof value === 'number' ? Number(value.toPrecision(4)) : value;

const short = value => typeof value === 'number' ? value.toFixed(2).replace('-', '−') : value;
