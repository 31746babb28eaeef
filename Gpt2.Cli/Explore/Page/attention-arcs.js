// The tokens from top to bottom, with arcs from one of them to those it attends to; the wider, the larger the share.

import { labelled, make, shape } from './dom.js';
import { percent } from './numbers.js';
import { state } from './state.js';

export const MOST_ARCS = 100; // tokens

const ROW = 26, WIDTH = 92; // pixels
const LEAST = 0.005; // smaller shares would be hairlines

// Handlers: hover(place or null), lock(token, to).
export function makeArcs({ hover, lock }) {
  const picture = shape('svg', { 'aria-hidden': 'true' });
  const list = make('ol', { class: 'attention-tokens' });
  const heading = make('p', { class: 'attention-about' });
  const scroll = make('div', { class: 'attention-list' }, picture, list);
  const element = make('div', { class: 'attention-by-token' }, make('h2', {}, 'Token by token'), heading, scroll);
  let of = null;
  let buttons = [];
  let inView = -1; // the token that was last scrolled to

  list.addEventListener('pointerleave', () => hover(null));
  list.addEventListener('keydown', event => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const to = step && buttons[buttons.indexOf(document.activeElement) + step];
    if (to) {
      event.preventDefault();
      to.click();
      to.focus();
    }
  });

  function build() {
    const { tokens } = state.session;
    of = state.session;
    inView = -1;
    element.hidden = tokens.length > MOST_ARCS;
    buttons = element.hidden ? [] : tokens.map((token, at) => {
      const button = make('button', { type: 'button' },
        make('span', { class: 'attention-index' }, String(at)), make('span', { class: 'attention-token' }, ...labelled(token.label)),
        make('span', { class: 'attention-share' }));
      button.addEventListener('click', () => lock(at, null));
      button.addEventListener('pointerenter', event => event.pointerType !== 'touch' && hover({ token: at, to: null }));
      return button;
    });
    list.replaceChildren(...buttons.map(button => make('li', {}, button)));
    picture.setAttribute('width', WIDTH);
    picture.setAttribute('height', ROW * buttons.length);
  }

  // Shows what a token attends to; to is what is pointed at among those, or null.
  function show({ count, numbers }, token, to, locked) {
    if (of !== state.session) {
      build();
    }

    if (element.hidden) {
      return;
    }

    heading.replaceChildren(
      'What ', make('b', {}, ...labelled(state.session.tokens[token].label)),
      ` (${token}) takes from the tokens it sees. The wider an arc, the more; below 0.5 % there is none.`);
    const shares = numbers.subarray(token * count, token * count + token + 1);
    picture.replaceChildren(...[...shares].flatMap((share, at) => share >= LEAST ? [arc(token, at, share, at === to)] : []));
    buttons.forEach((button, at) => {
      button.className = `${at === token ? 'from' : ''}${at === to ? ' to' : ''}${at > token ? ' unseen' : ''}`;
      button.setAttribute('aria-pressed', at === locked);
      button.tabIndex = at === locked ? 0 : -1;
      button.lastElementChild.textContent = at > token ? 'not seen' : percent(shares[at]);
    });
    if (inView !== locked) {
      inView = locked;
      scroll.scrollTop = Math.min(locked * ROW, Math.max(scroll.scrollTop, (locked + 1) * ROW - scroll.clientHeight));
    }
  }

  return { element, show };
}

// An arc to the left from one row to another; to the row itself a small loop.
function arc(from, to, share, isPointedAt) {
  const start = (from + 0.5) * ROW, end = (to + 0.5) * ROW;
  const reach = from === to ? 26 : Math.min(WIDTH - 8, 26 + 9 * Math.abs(from - to));
  const x = WIDTH - 2;
  return shape('path', {
    class: isPointedAt ? 'pointed' : '',
    d: from === to
      ? `M ${x} ${start - 6} C ${x - reach} ${start - 12} ${x - reach} ${start + 12} ${x} ${start + 6}`
      : `M ${x} ${start} C ${x - reach * 4 / 3} ${start} ${x - reach * 4 / 3} ${end} ${x} ${end}`,
    'stroke-width': (0.75 + 9 * share).toFixed(2),
  });
}
