// The small maps: a row for each block, a column for each head. Each is a button that opens its head; arrows go from one to the next.

import { SMALL, attentionOf, paint } from './attention-numbers.js';
import { make } from './dom.js';
import { state } from './state.js';

export function makeSmallMaps(choose) {
  const element = make('div', { class: 'attention-maps', role: 'group', 'aria-label': 'Heads; arrows go from one to the next' });
  let of = null;
  let rows = []; // the buttons, block by block

  element.addEventListener('keydown', event => {
    const [down, across] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] ?? [];
    const { block, head } = state.attention;
    const to = down === undefined ? null : rows[block + down]?.[head + across];
    if (to) {
      event.preventDefault();
      choose(block + down, head + across);
      to.focus();
    }
  });

  function build() {
    const { layers, heads } = state.session.model;
    of = state.session;
    rows = Array.from({ length: layers }, (_, block) => Array.from({ length: heads }, (_, head) => {
      const button = make('button', { type: 'button', class: 'attention-head', 'aria-label': `block ${block}, head ${head}` },
        make('canvas', { width: 1, height: 1, 'aria-hidden': 'true' }));
      button.addEventListener('click', () => choose(block, head));
      return button;
    }));
    element.style.setProperty('--heads', heads);
    element.classList.toggle('many', heads > 8);
    element.replaceChildren(
      make('span'), ...rows[0].map((_, head) => make('span', { class: 'attention-label' }, `head ${head}`.slice(heads > 8 ? 5 : 0))),
      ...rows.flatMap((buttons, block) => [make('span', { class: 'attention-label' }, heads > 8 ? `${block}` : `block ${block}`), ...buttons]));
    repaint();
  }

  function repaint() {
    const session = of;
    rows.forEach((buttons, block) => buttons.forEach(async (button, head) => {
      try {
        const numbers = await attentionOf(block, head, SMALL);
        if (session === state.session) {
          paint(button.firstElementChild, numbers);
        }
      } catch {
        // the map stays empty; the large one says what is wrong
      }
    }));
  }

  // Shows all heads of the session, and which is open.
  function show({ block, head }) {
    if (of !== state.session) {
      build();
    }

    rows.forEach((buttons, b) => buttons.forEach((button, h) => {
      const isOpen = b === block && h === head;
      button.setAttribute('aria-pressed', isOpen);
      button.tabIndex = isOpen ? 0 : -1;
    }));
  }

  return { element, show, repaint };
}
