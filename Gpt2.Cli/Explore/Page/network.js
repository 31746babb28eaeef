// The lesson on neural networks: a small network that learns a parabola, by hand, by construction and by gradient descent, and the
// landscape of its loss. It needs no pass of the model.

import { state, watch } from './state.js';
import { make } from './dom.js';
import { VIEW, chooseNow } from './network-tools.js';
import { byHand } from './network-hand.js';
import { descent } from './network-descent.js';
import { enough } from './network-enough.js';
import { goTo } from './navigate.js';
import { hiker } from './network-hiker.js';
import { openView } from './views.js';
import { walkTabs } from './tablist.js';

export const name = VIEW;
export const title = 'Neural network';
export const about = 'What a layer of neurons can do, and how it learns';

// A part exports { name, title, start(panel), show() }, and hide() if something in it must stop.
const PARTS = [byHand, enough, descent, hiker];

const link = make('p', { class: 'network-link' });
const tabs = make('div', { class: 'views network-parts', role: 'tablist', 'aria-label': 'Parts of the lesson' });
const panels = new Map();

export function start(panel) {
  panel.classList.add('network');
  tabs.append(...PARTS.map(part => {
    const tab = make('button', {
      type: 'button', role: 'tab', id: `network-open-${part.name}`, 'aria-controls': `network-${part.name}`,
    }, part.title);
    tab.addEventListener('click', () => open(part));
    return tab;
  }));
  walkTabs(tabs);
  for (const part of PARTS) {
    panels.set(part, make('section', {
      class: 'network-part', id: `network-${part.name}`, role: 'tabpanel', 'aria-labelledby': `network-open-${part.name}`, hidden: true,
    }));
  }

  panel.append(tabs, ...panels.values(), link);
  watch(['session', 'chosen', 'view'], show);
}

const current = () => PARTS.find(part => part.name === state.chosen[name]?.part) ?? PARTS[0];

const open = part => chooseNow({ part: part === PARTS[0] ? null : part.name });

function show() {
  if (state.view !== name) {
    PARTS.forEach(part => part.hide?.());
    return;
  }

  PARTS.forEach((part, place) => {
    const isOpen = part === current();
    const panel = panels.get(part);
    tabs.children[place].setAttribute('aria-selected', isOpen);
    tabs.children[place].tabIndex = isOpen ? 0 : -1;
    panel.hidden = !isOpen;
    if (!isOpen) {
      part.hide?.();
    } else {
      if (!panel.childElementCount) {
        part.start(panel);
      }

      part.show();
    }
  });
  showLink();
}

// What all this is in the model.
function showLink() {
  const { session } = state;
  const sheet = (step, text) => {
    if (!session) {
      return text;
    }

    const button = make('button', { type: 'button', class: 'token-button' }, text);
    button.addEventListener('click', () => {
      openView('numbers');
      goTo(`h0.step${step}`);
    });
    return button;
  };
  const here = session ? `${session.model.hidden} for ${session.model.channels} channels in this model, ` : '';
  const activation = session?.model.activation ?? 'gelu_new', other = activation.startsWith('gelu') ? '' : `${activation} in this model, in GPT-2 `;
  link.replaceChildren(
    'In GPT-2 every block has such a layer. ', sheet(13, 'Step 13'), ` computes w · x + b for 4 · d neurons (${here}3072 for 768 in GPT-2 `
    + 'small). ', sheet(14, 'Step 14'), ` applies ${other}GELU, a ReLU with a round corner. `, sheet(15, 'Step 15'), ' computes c + Σ v · neuron, once '
    + 'for every channel. There x is a row of d numbers and so is w, and all of them were found by gradient descent.');
}
