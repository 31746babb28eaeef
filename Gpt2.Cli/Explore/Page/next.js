// The view of the next token: the distribution after the prompt through temperature, top-k, top-p and min-p, the token that a seed
// draws, and generation by hand: the drawn token appended to the prompt, as often as one likes.

import { ask, run } from './session.js';
import { choose, chosenNumber, state, watch } from './state.js';
import { find, labelled, make, speak } from './dom.js';
import { candidates, stages, unitLine } from './next-tables.js';

export const name = 'next';
export const title = 'Next token';
export const about = 'How the next token is chosen, and generation by hand';

const LISTED = 50; // tokens in the table, besides the drawn one
const PAUSE = 120; // milliseconds, so that a slider does not ask at every step

// As in gpt2 explain and gpt2 generate; the second number is the slider's end, where a number typed may be larger.
const SETTINGS = [
  { key: 'temperature', label: 'temperature', standard: '1', least: 0, most: 2, step: 0.05, about: 'logits are divided by it; 0 takes the best' },
  { key: 'topK', label: 'top-k', standard: '0', least: 0, most: 100, step: 1, about: 'only so many of the most probable; 0 is all' },
  { key: 'topP', label: 'top-p', standard: '1', least: 0.01, most: 1, step: 0.01, about: 'the most probable that together reach this; 1 is all' },
  { key: 'minP', label: 'min-p', standard: '0', least: 0, most: 0.5, step: 0.005, about: 'only with this share of the best; 0 is all' },
];

const result = make('div', { class: 'next-result' });
const verdict = make('p', { class: 'next-verdict', id: 'next-verdict' });
const append = make('button', { type: 'button', class: 'primary', id: 'next-append' }, 'Append');
const undo = make('button', { type: 'button', class: 'plain', id: 'next-undo', disabled: true }, 'Undo');
const seed = make('input', { id: 'next-seed', inputmode: 'numeric', autocomplete: 'off' });
const shorter = new Map(); // a prompt made by appending → the prompt before it, and the draws made until then

let stop = null;
let waiting = 0;
let asked = '';
let answer = null; // of the question last answered
let session = null;
let chosen = null;

export function start(panel) {
  panel.classList.add('next');
  const again = make('button', { type: 'button', class: 'plain', id: 'next-seed-other' }, 'next seed');
  again.addEventListener('click', () => choose(name, { seed: String(BigInt.asUintN(64, BigInt(seedNow()) + 1n)) }));
  const reset = make('button', { type: 'button', class: 'plain', id: 'next-off' }, 'filters off');
  reset.addEventListener('click', () => choose(name, Object.fromEntries(SETTINGS.map(({ key }) => [key, null]))));
  seed.addEventListener('change', () => choose(name, { seed: /^\d{1,20}$/.test(seed.value) ? seed.value : null, draws: null }));
  append.addEventListener('click', appendDrawn);
  undo.addEventListener('click', takeBack);
  panel.append(
    make('div', { class: 'next-settings', role: 'group', 'aria-label': 'How the token is drawn' },
      ...SETTINGS.map(setting), make('div', { class: 'next-setting' }, make('label', { for: seed.id }, 'seed'), seed, again, reset)),
    make('div', { class: 'next-draw' }, verdict, append, undo),
    result);
  watch(['session', 'chosen', 'view'], show);
}

const seedNow = () => /^\d{1,20}$/.test(state.chosen[name]?.seed ?? '') ? state.chosen[name].seed : '0';

const drawsNow = () => chosenNumber(name, 'draws', state.session.model.context, 0);

const valueOf = ({ key, standard }) => state.chosen[name]?.[key] ?? standard;

// A slider, and the same number to type.
function setting({ key, label, standard, least, most, step, about: words }) {
  const take = value => choose(name, { [key]: value === '' || Number(value) === Number(standard) ? null : value });
  const slider = make('input', { type: 'range', id: `next-${key}-slider`, min: least, max: most, step, 'aria-label': `${label}, slider` });
  const box = make('input', {
    type: 'number', id: `next-${key}`, min: key === 'topP' ? 0 : least, step: 'any', 'aria-describedby': `next-${key}-about`,
  });
  slider.addEventListener('input', () => take(slider.value));
  box.addEventListener('change', () => take(box.value));
  return make('div', { class: 'next-setting' },
    make('label', { for: box.id }, label), slider, box, make('span', { class: 'about', id: `next-${key}-about` }, words));
}

function show() {
  // Another prompt, run without a choice of its own, begins with the seed's first random number.
  const isOther = session !== null && session !== state.session && chosen === state.chosen[name];
  session = state.session;
  chosen = state.chosen[name];
  if (isOther && chosen?.draws) {
    choose(name, { draws: null });
    return;
  }

  if (!session || state.view !== name) {
    return;
  }

  for (const one of SETTINGS) {
    find(`next-${one.key}`).value = valueOf(one);
    find(`next-${one.key}-slider`).value = valueOf(one);
  }

  seed.value = seedNow();
  undo.disabled = !shorter.has(session.prompt);
  const query = new URLSearchParams({
    ...Object.fromEntries(SETTINGS.map(one => [one.key, valueOf(one)])), seed: seedNow(), draws: drawsNow(), top: LISTED,
  });
  if (asked !== `${session.id} ${query}`) {
    asked = `${session.id} ${query}`;
    append.disabled = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => load(query), answer?.of === session ? PAUSE : 0);
  }
}

async function load(query) {
  stop?.abort();
  stop = new AbortController();
  const of = state.session;
  try {
    answer = { of, ...await (await ask(`next?${query}`, stop.signal)).json() };
    fill();
  } catch (error) {
    if (error.name !== 'AbortError') {
      asked = '';
      answer = null;
      verdict.replaceChildren(make('span', { class: 'refused' }, error.message));
      result.replaceChildren();
    }
  }
}

function fill() {
  const { drawnLabel, random, longer, isReadAlike } = answer;
  const token = make('b', { class: 'next-drawn' }, ...labelled(drawnLabel));
  verdict.replaceChildren(...random === null
    ? ['Temperature 0 takes the most probable token: ', token]
    : [`Seed ${seedNow()}, random number ${drawsNow() + 1}: u = ${random.toFixed(6)} falls to `, token]);
  append.replaceChildren('Append ', ...labelled(drawnLabel));
  append.disabled = longer === null;
  if (longer === null) {
    verdict.append(' It ends within a character, so the prompt with it is no text.');
  } else if (!isReadAlike) {
    verdict.append(' The prompt with it is read as other tokens than these: run as text, it may go on otherwise than gpt2 generate does.');
  }

  result.replaceChildren(stages(answer), ...unitLine(answer), candidates(answer));
}

// Runs the longer prompt, which draws with the next random number of the seed, as gpt2 generate does.
async function appendDrawn() {
  const { longer, drawnLabel } = answer;
  const before = { prompt: state.session.prompt, draws: drawsNow() };
  append.disabled = true;
  await go(longer, before.draws + 1);
  if (state.session.prompt === longer) {
    shorter.set(longer, before);
    show();
    speak(`Appended ${drawnLabel}`);
    append.focus();
  } else {
    fill(); // it was refused, and the page says why
  }
}

async function takeBack() {
  const { prompt, draws } = shorter.get(state.session.prompt);
  await go(prompt, draws);
}

function go(prompt, draws) {
  const mine = { ...state.chosen[name], draws: String(draws) };
  if (draws === 0) {
    delete mine.draws;
  }

  return run(prompt, state.sheet.name, undefined, { chosen: { ...state.chosen, [name]: mine } });
}
