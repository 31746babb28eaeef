// The views of a pass: its numbers as sheets, and what is made of them. A view is a module that exports { name, title, about, start(panel) }:
// the panel is its part of the page, which start fills once, when the view is opened for the first time. It follows the state like every
// other module, and need not draw while it is not open. A view that works without the program, in a page saved as a file, also exports inFile.

import { attention } from './attention.js';
import * as changes from './changes.js';
import * as compare from './compare.js';
import * as depth from './depth.js';
import * as network from './network.js';
import * as neurons from './neurons.js';
import * as next from './next.js';
import { find, make } from './dom.js';
import { isSaved } from './api.js';
import { change, state, watch } from './state.js';
import { walkTabs } from './tablist.js';

// The view of numbers is in index.html, with the map, the steps and the tabs that belong to it.
const NUMBERS = { name: 'numbers', title: 'Numbers', about: 'Every matrix of the pass and of the weights', inFile: true };

const VIEWS = [NUMBERS, attention, depth, next, neurons, changes, compare, network].filter(view => !isSaved || view.inFile);

const started = new Set([NUMBERS]);

export function startViews() {
  find('views').replaceChildren(...VIEWS.map(view => {
    const tab = make('button', {
      type: 'button', role: 'tab', id: `open-${view.name}`, 'aria-controls': `view-${view.name}`, title: view.about,
    }, view.title);
    tab.addEventListener('click', () => openView(view.name));
    return tab;
  }));
  walkTabs(find('views'));
  find('views').hidden = VIEWS.length === 1;
  watch(['view'], show);
}

// Opens a view by its name; an unknown one is that of numbers.
export function openView(name) {
  const view = VIEWS.find(one => one.name === name) ?? NUMBERS;
  if (!started.has(view)) {
    const panel = make('section', { class: 'view', id: `view-${view.name}`, role: 'tabpanel', 'aria-labelledby': `open-${view.name}` });
    find('bottom').before(panel);
    started.add(view);
    view.start(panel);
  }

  change({ view: view.name });
}

// Opens the numbers, at the one that the open view shows if it shows one.
export function openNumbers() {
  (VIEWS.find(view => isOpen(view.name)).openNumbers ?? (() => openView(NUMBERS.name)))();
}

export const isOpen = name => state.view === name;

function show() {
  for (const view of started) {
    find(`view-${view.name}`).hidden = !isOpen(view.name);
  }

  for (const tab of find('views').children) {
    const selected = tab.id === `open-${state.view}`;
    tab.setAttribute('aria-selected', selected);
    tab.tabIndex = selected ? 0 : -1;
  }

  find('steps').hidden = find('bottom').hidden = !isOpen(NUMBERS.name);
}
