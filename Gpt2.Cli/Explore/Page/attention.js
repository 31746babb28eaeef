// The view of attention: a small map for every head of every block, one of them large, and arcs from a token to those it attends to.

import { change, state, watch } from './state.js';
import { SMALL, attentionOf, sheetOf } from './attention-numbers.js';
import { find, labelled, make } from './dom.js';
import { exact, percent } from './numbers.js';
import { makeArcs, MOST_ARCS } from './attention-arcs.js';
import { goTo } from './navigate.js';
import { makeLargeMap } from './attention-map.js';
import { makeSmallMaps } from './attention-heads.js';
import { openView } from './views.js';

export const attention = {
  name: 'attention', title: 'Attention', about: 'Which tokens each token takes from, head by head', inFile: true, start, openNumbers,
};

let parts = null;
let numbers = null; // of the head that is shown large
let hovered = null; // { token, to } under the pointer

function start(panel) {
  panel.classList.add('attention');
  const readout = make('p', { class: 'attention-readout', role: 'status' });
  const jump = make('button', { type: 'button', class: 'plain attention-jump' });
  jump.addEventListener('click', openNumbers);
  const why = make('button', { type: 'button', class: 'plain attention-why', title: 'Where this number comes from (w)' }, 'why?');
  why.addEventListener('click', () => {
    openNumbers();
    change({ why: true });
  });
  const note = make('p', { class: 'attention-note' }), title = make('h2', { id: 'attention-title' });
  const maps = makeSmallMaps(choose);
  const large = makeLargeMap({ hover, lock, openNumbers }), arcs = makeArcs({ hover, lock });
  parts = { readout, jump, note, title, maps, large, arcs };
  panel.append(
    make('section', { class: 'attention-heads', 'aria-label': 'All heads' },
      make('h2', {}, 'All heads'),
      make('p', { class: 'attention-about' },
        'Rows are tokens, columns the tokens they see. The stronger the colour, the larger the share; each row adds up to 1.'),
      note, maps.element),
    make('section', { class: 'attention-one', 'aria-labelledby': 'attention-title' },
      title, make('div', { class: 'attention-says' }, readout, jump, why), large.element),
    make('section', { class: 'attention-arcs', 'aria-label': 'From one token to those it attends to' }, arcs.element));
  watch(['session', 'view', 'attention'], draw);
  new ResizeObserver(() => {
    if (isShown() && numbers) {
      large.fit();
      point();
    }
  }).observe(large.element);
  watchColours();
}

const isShown = () => state.view === attention.name && state.session !== null;

// What is shown, or where it begins: with the token of the current cell, in its block and head.
function shown() {
  const { session, sheet, cell } = state;
  const { model, tokens } = session;
  const last = tokens.length - 1;
  const isOfTokens = sheet.rowAxis === 'Tokens', isOfHeads = sheet.columnAxis === 'HeadsAndTokens';
  const { block, head, token, to } = state.attention ?? {
    block: sheet.block ?? 0,
    head: isOfHeads ? Math.floor(cell.column / tokens.length) : 0,
    token: isOfTokens ? cell.row + sheet.firstToken : last,
    to: null,
  };
  return {
    block: Math.min(block, model.layers - 1),
    head: Math.min(head, model.heads - 1),
    token: Math.min(token, last),
    to: to === null ? null : Math.min(to, last),
  };
}

async function draw() {
  if (!isShown()) {
    return;
  }

  const { session } = state;
  const here = shown();
  if (!isSame(here, state.attention)) {
    change({ attention: here }); // which draws
    return;
  }

  const count = session.tokens.length;
  const isSilenced = session.edits.some(({ edit }) => edit.edit === 'silence_head' && edit.block === here.block && edit.head === here.head);
  parts.title.textContent = `Block ${here.block}, head ${here.head}`
    + (isSilenced ? ', silenced: its shares are still computed, but what it takes by them (step 8) is set to 0' : '');
  parts.note.hidden = count <= MOST_ARCS;
  parts.note.textContent = parts.note.hidden ? ''
    : `The prompt has ${count} tokens. Labels and arcs are drawn for up to ${MOST_ARCS}: this is the map alone.`
      + (count > SMALL ? ` Small maps show the last ${SMALL} tokens.` : '');
  parts.maps.show(here);
  try {
    const found = await attentionOf(here.block, here.head);
    if (session === state.session && isSame(here, state.attention)) {
      numbers = found;
      hovered = null;
      parts.large.show(numbers);
      parts.large.reveal(here);
      point();
    }
  } catch (error) {
    parts.readout.textContent = error.message;
  }
}

const isSame = (one, other) => ['block', 'head', 'token', 'to'].every(key => one[key] === other?.[key]);

function hover(place) {
  hovered = place;
  point();
}

function choose(block, head) {
  change({ attention: { ...state.attention, block, head } });
}

function lock(token, to) {
  change({ attention: { ...state.attention, token, to } });
}

// The numbers of the cell that is locked, in its sheet.
function openNumbers() {
  const { block, head, token, to } = state.attention;
  goTo(sheetOf(block), { row: token, column: head * state.session.tokens.length + (to ?? strongest(token)) });
  openView('numbers');
  find('grid').focus();
}

function strongest(token) {
  const row = [...numbers.numbers.subarray(token * numbers.count, token * numbers.count + token + 1)];
  return row.reduce((best, share, at) => share > row[best] ? at : best, 0);
}

// Says what is under the pointer, or else what is locked.
function point() {
  const { tokens } = state.session;
  const locked = state.attention;
  const token = hovered?.token ?? locked.token;
  const to = hovered ? hovered.to : locked.to;
  const at = to ?? strongest(token);
  const share = numbers.numbers[token * numbers.count + at];
  const from = make('b', {}, ...labelled(tokens[token].label)), seen = make('b', {}, ...labelled(tokens[at].label));
  parts.readout.replaceChildren(...(at > token
    ? [from, ` (${token}) must not see `, seen, ` (${at}): it comes later`]
    : [from, ` (${token}) takes ${to === null ? 'most, ' : ''}`, make('b', {}, percent(share)), ' from ', seen, ` (${at}) `,
      make('span', { class: 'attention-exact' }, exact(share))]));
  const { block, head } = locked;
  parts.jump.textContent = `open ${sheetOf(block)}[${locked.token},${head * tokens.length + (locked.to ?? strongest(locked.token))}]`;
  parts.large.mark(token, to);
  parts.arcs.show(numbers, token, to, locked.token);
}

// Canvases do not follow a change of colours by themselves.
function watchColours() {
  const again = () => {
    if (isShown() && numbers) {
      parts.maps.repaint();
      parts.large.show(numbers);
      point();
    }
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ['data-theme'] });
}
