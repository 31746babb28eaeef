// The view of depths: what the model would predict if its blocks ended earlier (the logit lens), for the token selected the rank of the
// final answer at every depth, and what each part of the model adds to a token's logit.

import { choose, chosenNumber, state, watch } from './state.js';
import { depthName, drawSoon, lastDepth, layOut, makeDepthGrid, showCurrent, visible } from './depth-grid.js';
import { labelled, make } from './dom.js';
import { onReadings, problem, readingAt, want } from './depth-readings.js';
import { shareBar, tokenButton } from './charts.js';
import { makeAttribution, showAttribution } from './attribution.js';
import { percent } from './numbers.js';
import { ranksPicture } from './depth-ranks.js';

export const name = 'depth';
export const title = 'Depth';
export const inFile = true;
export const about = 'What each depth would predict, and what each part adds to a logit';

const side = make('aside', { class: 'depth-side', 'aria-label': 'The cell' });
let laidOut = null;
let looked = null; // the cell under the pointer

export function start(panel) {
  panel.classList.add('depth');
  const grid = makeDepthGrid({
    choose: (depth, at) => choose(name, { depth: depth === lastDepth() ? null : depth, at: at === lastToken() ? null : at }),
    look,
    drawn: ask,
  });
  panel.append(
    make('p', { class: 'about' }, 'The residual stream, read out at every depth by the head that reads out the last: the logit lens. Bold: the token '
      + 'is that of the final prediction already.'),
    make('div', { class: 'depth-top' }, grid, side),
    makeAttribution());
  onReadings(() => { drawSoon(); showSide(); });
  watch(['session', 'chosen', 'view'], show);
}

const lastToken = () => state.session.tokens.length - 1;

const depthNow = () => chosenNumber(name, 'depth', lastDepth(), lastDepth());

const atNow = () => chosenNumber(name, 'at', lastToken(), lastToken());

function show() {
  if (!state.session || state.view !== name) {
    return;
  }

  if (laidOut !== state.session) {
    laidOut = state.session;
    looked = null;
    layOut();
  }

  showCurrent(depthNow(), atNow());
  showSide();
  showAttribution(atNow());
}

// What is in view, then what is missing of the selected token's column.
function ask() {
  const { c0, c1, r0, r1 } = visible();
  const at = atNow();
  const rows = Array.from({ length: r1 - r0 }, (_, place) => ({ depth: r0 + place, from: c0, to: c1 }));
  const rest = Array.from({ length: lastDepth() + 1 }, (_, depth) => ({ depth, from: at, to: at + 1 }));
  want([...rows, ...rest]);
}

function look(cell) {
  if (cell?.depth !== looked?.depth || cell?.at !== looked?.at) {
    looked = cell;
    showSide();
  }
}

function showSide() {
  if (!state.session || state.view !== name) {
    return;
  }

  const { depth, at } = looked ?? { depth: depthNow(), at: atNow() };
  const reading = readingAt(depth, at);
  const heading = make('h2', {},
    depth === lastDepth() ? 'The prediction' : depthName(depth), ', after ', ...labelled(state.session.tokens[at].label));
  side.replaceChildren(heading, ...(reading ? [top(reading, at), ...ranks(at, depth)] : [make('p', { class: 'about' }, problem() || '…')]));
}

function top(reading, at) {
  return make('ol', { class: 'depth-top-tokens' }, ...reading.top.map(token => make('li', {},
    tokenButton(token, () => choose(name, { token: token.id, at: at === lastToken() ? null : at }), `id ${token.id}: what adds to its logit`),
    shareBar(token.probability),
    make('span', { class: 'number' }, percent(token.probability)))));
}

function ranks(at, depth) {
  const all = Array.from({ length: lastDepth() + 1 }, (_, place) => readingAt(place, at));
  const { answer, rank } = all[depth];
  return [
    make('h3', {}, 'Rank of the final answer ', ...labelled(answer.label)),
    make('p', { class: 'about' }, `Here ${rank}, with ${percent(answer.probability)}.`),
    ranksPicture(all.map(reading => reading?.rank), state.session.model.vocabulary, depth, answer.label),
  ];
}
