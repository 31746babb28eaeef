// A grid with a row for each depth and a column for each token of the prompt: in each cell the token that would come next if the
// blocks ended there. Only the cells in view exist.

import { find, labelled, make } from './dom.js';
import { readingAt } from './depth-readings.js';
import { state } from './state.js';
import { tokenName } from './charts.js';

const DEEPEST = 50; // per cent of colour, so that the text stays readable

let scroller = null;
let head = null;
let rows = [];
let column = 0, row = 0, rowHead = 0; // sizes, from the style
let drawing = 0;
let toReveal = false;
let inView = { c0: 0, c1: 0, r0: 0, r1: 0 };
let cellNow = { depth: 0, at: 0 };
let shown = () => {};

export const visible = () => inView;

export function makeDepthGrid({ choose, look, drawn }) {
  head = make('div', { class: 'depth-row depth-head', role: 'row', 'aria-rowindex': 1 });
  scroller = make('div', { class: 'depth-grid', role: 'grid', tabindex: 0, 'aria-label': 'What each depth would predict' });
  shown = drawn;
  scroller.addEventListener('scroll', drawSoon, { passive: true });
  scroller.addEventListener('keydown', event => onKey(event, choose));
  scroller.addEventListener('click', event => {
    const cell = placeOf(event.target);
    if (cell) {
      choose(cell.depth, cell.at);
    }
  });
  scroller.addEventListener('pointermove', event => look(placeOf(event.target)));
  scroller.addEventListener('pointerleave', () => look(null));
  new ResizeObserver(drawSoon).observe(scroller);
  return scroller;
}

// The name of a depth, counted from before the blocks.
export function depthName(depth) {
  const block = Math.floor((depth - 1) / 2);
  return depth === 0 ? 'before the blocks' : `h${block} after ${depth % 2 ? 'attention' : 'MLP'}`;
}

export const lastDepth = () => 2 * state.session.model.layers;

// Makes the rows of a session anew.
export function layOut() {
  const { tokens } = state.session;
  const style = getComputedStyle(scroller);
  column = parseFloat(style.getPropertyValue('--depth-column'));
  row = parseFloat(style.getPropertyValue('--depth-row'));
  rowHead = parseFloat(style.getPropertyValue('--depth-row-head'));
  scroller.setAttribute('aria-rowcount', lastDepth() + 2);
  scroller.setAttribute('aria-colcount', tokens.length + 1);
  rows = Array.from({ length: lastDepth() + 1 }, (_, depth) => make('div', { class: 'depth-row', role: 'row', 'aria-rowindex': depth + 2 }));
  for (const element of [head, ...rows]) {
    element.style.gridTemplateColumns = `${rowHead}px repeat(${tokens.length}, ${column}px)`;
    element.style.width = `${rowHead + tokens.length * column}px`;
  }

  scroller.replaceChildren(head, ...rows);
}

// Shows a cell as the current one, scrolled into view.
export function showCurrent(depth, at) {
  cellNow = { depth, at };
  toReveal = true;
  drawSoon();
}

// Scrolls as little as possible to show the current cell.
function reveal() {
  const { depth, at } = cellNow;
  const x = at * column, y = depth * row;
  const width = scroller.clientWidth - rowHead, height = scroller.clientHeight - row;
  scroller.scrollLeft = Math.min(x, Math.max(scroller.scrollLeft, x + column - width));
  scroller.scrollTop = Math.min(y, Math.max(scroller.scrollTop, y + row - height));
  toReveal = false;
}

// Redraws before the next frame, once however often it is called.
export function drawSoon() {
  drawing ||= requestAnimationFrame(() => { drawing = 0; draw(); });
}

function draw() {
  const { tokens } = state.session ?? {};
  if (!tokens || scroller.clientWidth === 0) {
    return;
  }

  if (toReveal) {
    reveal();
  }

  const { scrollLeft, scrollTop, clientWidth, clientHeight } = scroller;
  const c0 = Math.floor(scrollLeft / column), c1 = Math.min(tokens.length, Math.ceil((scrollLeft + clientWidth - rowHead) / column));
  const r0 = Math.floor(scrollTop / row), r1 = Math.min(rows.length, Math.ceil((scrollTop + clientHeight - row) / row));
  inView = { c0, c1, r0, r1 };
  const corner = make('div', { class: 'depth-row-head', role: 'columnheader', 'aria-colindex': 1 }, '↓ depth, tokens →');
  head.replaceChildren(corner, ...columnsOf(c0, c1, at => make(
    'div', { class: `depth-column-head${at === cellNow.at ? ' current' : ''}`, role: 'columnheader' }, ...labelled(tokens[at].label))));
  rows.forEach((element, depth) => {
    const kind = `depth-row-head${depth === cellNow.depth ? ' current' : ''}`;
    const name = make('div', { class: kind, role: 'rowheader', 'aria-colindex': 1 },
      depth === lastDepth() ? make('b', {}, 'prediction') : depthName(depth));
    element.replaceChildren(name, ...(depth >= r0 && depth < r1 ? columnsOf(c0, c1, at => cellOf(depth, at)) : []));
  });
  const current = find('depth-current');
  scroller[current ? 'setAttribute' : 'removeAttribute']('aria-activedescendant', 'depth-current');
  shown();
}

function columnsOf(c0, c1, makeOne) {
  const made = [];
  for (let at = c0; at < c1; at++) {
    const element = makeOne(at);
    element.setAttribute('aria-colindex', at + 2);
    element.style.gridColumn = at + 2;
    made.push(element);
  }

  return made;
}

function cellOf(depth, at) {
  const reading = readingAt(depth, at);
  const isCurrent = depth === cellNow.depth && at === cellNow.at;
  const cell = make('div', {
    class: `depth-cell${isCurrent ? ' current' : ''}`, role: 'gridcell', id: isCurrent && 'depth-current', 'aria-selected': String(isCurrent),
  });
  Object.assign(cell, { depth, at });
  if (reading) {
    const [best] = reading.top;
    cell.classList.toggle('settled', best.id === reading.answer.id);
    cell.style.setProperty('--heat', `${(DEEPEST * best.probability).toFixed(1)}%`);
    cell.append(make('span', { class: 'depth-token' }, ...tokenName(best)),
      make('span', { class: 'depth-share' }, wholePercent(best.probability)));
  } else {
    cell.append(make('span', { class: 'depth-share' }, '…'));
  }

  return cell;
}

const wholePercent = share => share > 0.995 && share < 1 ? '> 99 %' : `${Math.round(100 * share)} %`;

function placeOf(element) {
  const cell = element.closest('.depth-cell');
  return cell && { depth: cell.depth, at: cell.at };
}

function onKey(event, choose) {
  const { depth, at } = cellNow;
  const lastToken = state.session.tokens.length - 1;
  const far = event.ctrlKey || event.metaKey;
  const page = Math.max(1, Math.floor(scroller.clientHeight / row) - 2);
  const place = {
    ArrowUp: [far ? 0 : depth - 1, at],
    ArrowDown: [far ? lastDepth() : depth + 1, at],
    ArrowLeft: [depth, far ? 0 : at - 1],
    ArrowRight: [depth, far ? lastToken : at + 1],
    PageUp: [depth - page, at],
    PageDown: [depth + page, at],
    Home: [far ? 0 : depth, 0],
    End: [far ? lastDepth() : depth, lastToken],
  }[event.key];
  if (place && !event.altKey) {
    event.preventDefault();
    choose(Math.max(0, Math.min(lastDepth(), place[0])), Math.max(0, Math.min(lastToken, place[1])));
  }
}
