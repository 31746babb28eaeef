// One head's map, large: rows are tokens, columns are the tokens they see, both labelled where there is room.

import { labelled, make } from './dom.js';
import { MOST_ARCS } from './attention-arcs.js';
import { paint } from './attention-numbers.js';
import { state } from './state.js';

const CELL = { least: 15, most: 72 }; // pixels
const LABELS = 120; // pixels beside the map
const LEAST_MAP = 240;

// Handlers: hover(place or null), lock(token, to), openNumbers().
export function makeLargeMap({ hover, lock, openNumbers }) {
  const canvas = make('canvas', { width: 1, height: 1, 'aria-hidden': 'true' });
  const row = make('div', { class: 'attention-row-mark' }), cell = make('div', { class: 'attention-cell-mark' });
  const board = make('div', {
    class: 'attention-board', tabindex: 0, role: 'group',
    'aria-label': 'Map of the head: arrows choose a token and what it sees, Enter opens the number',
  }, canvas, row, cell);
  const above = make('div', { class: 'attention-above', 'aria-hidden': 'true' });
  const beside = make('div', { class: 'attention-beside', 'aria-hidden': 'true' });
  const element = make('div', { class: 'attention-large' }, make('div', { class: 'attention-corner' }), above, beside, board);
  let count = 1;
  let size = CELL.least;
  let labels = null;

  board.addEventListener('pointermove', event => event.pointerType !== 'touch' && hover(placeAt(event)));
  board.addEventListener('pointerleave', () => hover(null));
  board.addEventListener('click', event => {
    const { token, to } = placeAt(event);
    lock(token, to);
  });
  board.addEventListener('dblclick', openNumbers);
  board.addEventListener('keydown', onKey);

  function placeAt(event) {
    const box = board.getBoundingClientRect();
    const within = (at, length) => Math.max(0, Math.min(count - 1, Math.floor(at / length * count)));
    return { token: within(event.clientY - box.top, box.height), to: within(event.clientX - box.left, box.width) };
  }

  function onKey(event) {
    const [down, across] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    const { token, to } = state.attention;
    if (event.key === 'Enter') {
      event.preventDefault();
      openNumbers();
    } else if (down !== undefined) {
      event.preventDefault();
      const within = at => Math.max(0, Math.min(count - 1, at));
      lock(within(token + down), to === null ? token : within(to + across));
    }
  }

  function show(numbers) {
    count = numbers.count;
    paint(canvas, numbers);
    label();
    fit();
  }

  function label() {
    const { tokens } = state.session;
    if (labels !== tokens) {
      labels = tokens;
      const isLabelled = count <= MOST_ARCS;
      above.replaceChildren(...(isLabelled ? tokens : []).map(token => make('span', {}, ...labelled(token.label))));
      beside.replaceChildren(...(isLabelled ? tokens : []).map(token => make('span', {}, ...labelled(token.label))));
      element.classList.toggle('unlabelled', !isLabelled);
    }
  }

  // As large as there is room for, but not so small that labels lie over each other.
  function fit() {
    const isLabelled = count <= MOST_ARCS;
    const scrollsInside = getComputedStyle(element).overflowY === 'auto';
    const room = Math.min(element.clientWidth, scrollsInside ? element.clientHeight : Infinity) - (isLabelled ? LABELS : 8);
    size = isLabelled ? Math.max(CELL.least, Math.min(CELL.most, Math.floor(room / count))) : Math.max(LEAST_MAP, room) / count;
    element.style.setProperty('--cell', `${size}px`);
    board.style.width = board.style.height = `${size * count}px`;
  }

  function mark(token, to) {
    row.style.top = cell.style.top = `${token * size}px`;
    row.style.height = cell.style.height = cell.style.width = `${size}px`;
    row.style.width = `${(token + 1) * size}px`;
    cell.hidden = to === null;
    cell.style.left = `${(to ?? 0) * size}px`;
    [...beside.children].forEach((text, at) => text.classList.toggle('current', at === token));
    [...above.children].forEach((text, at) => text.classList.toggle('current', at === to));
  }

  // Scrolls as little as possible to show a number.
  function reveal({ token, to }) {
    const width = element.clientWidth - beside.offsetWidth, height = element.clientHeight - above.offsetHeight;
    const x = (to ?? token) * size, y = token * size;
    element.scrollLeft = Math.min(x, Math.max(element.scrollLeft, x + size - width));
    element.scrollTop = Math.min(y, Math.max(element.scrollTop, y + size - height));
  }

  return { element, show, fit, mark, reveal };
}
