// Keys that work everywhere on the page, except where text is typed; and the help that lists all keys.

import { find, make } from './dom.js';
import { change } from './state.js';
import { toggle, toggleFollow, walk } from './play.js';
import { isOpen, openNumbers } from './views.js';
import { isSaved } from './api.js';
import { toggleWhy } from './why.js';

const KEYS = {
  n: () => walk(1),
  p: () => walk(-1),
  ' ': toggle,
  f: toggleFollow,
  w: showWhy,
  g: () => find('name-box').focus(),
  '/': () => find('prompt').focus(),
  m: openMap,
  t: () => find('theme').click(),
  '?': () => find('help').showModal(),
};

const HELP = [
  ['n, p', 'next step, step back'],
  ['space', 'play or pause'],
  ['f', 'follow: keep the same token in view from step to step'],
  ['w', 'why: open or close the panel that shows where a number comes from; Escape closes it'],
  ['g', 'go to a cell: h0.step7[5,0], [5,0], or a range [0,0]:[5,3]'],
  ['/', 'write another prompt; Enter runs it, Shift+Enter begins a line'],
  ['m', 'to the map; arrows walk in it, Enter opens a step'],
  ['t', 'colours: as the system, light, dark'],
  ['arrows', 'in the grid: another cell; with Ctrl to the edge'],
  ['Page Up, Page Down, Home, End', 'further; Ctrl+Home and Ctrl+End to the corners'],
  ['Enter', 'on a token of the depth view: break down its logit; on the hiker’s landscape: a step downhill'],
  ['Enter, Escape', 'in the comparison of two prompts: open a matrix, leave it'],
  ['Shift', 'with these, or while dragging: select a range'],
  ['Ctrl+A', 'select the whole sheet'],
  ['Ctrl+C', 'copy the range, with tabs between the columns'],
  ['F2', 'in Numbers: change the number, as a double click does; everything after it is computed again'],
  ['Ctrl+Z', 'take the last change back'],
  ['Tab', 'to the next part of the page'],
  ['?', 'this help'],
];

const NEED_THE_PROGRAM = ['/', 'F2', 'Ctrl+Z'];

export function startKeys() {
  document.addEventListener('keydown', onKey);
  find('help-open').addEventListener('click', () => find('help').showModal());
  find('help-text').replaceChildren(
    make('p', {}, 'Every sheet is one matrix of the forward pass, or one of the weights. Rows are tokens, columns are channels, heads or the '
      + 'vocabulary. Blue is above 0, red below; the deepest colour is the largest number of the sheet.'),
    make('dl', {}, ...HELP.filter(([keys]) => !isSaved || !NEED_THE_PROGRAM.includes(keys)).flatMap(([keys, text]) => [
      make('dt', {}, ...keys.split(', ').flatMap((key, place) => [place ? ' ' : '', make('kbd', {}, key)])), make('dd', {}, text),
    ])));
  for (const dialog of document.querySelectorAll('dialog')) {
    dialog.addEventListener('click', event => event.target === dialog && dialog.close()); // the backdrop
  }
}

function onKey(event) {
  const typing = event.target.closest('input, textarea, dialog');
  const pressing = event.key === ' ' && event.target.closest('button, a');
  const action = KEYS[event.key];
  if (action && !typing && !pressing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    action();
  }
}

// In another view, it goes to the numbers first, to the one that the view shows if it shows one.
function showWhy() {
  if (isOpen('numbers')) {
    toggleWhy();
  } else {
    openNumbers();
    change({ why: true });
  }
}

function openMap() {
  const map = find('map');
  if (!map.offsetParent || getComputedStyle(map).visibility === 'hidden') {
    find('map-switch').click();
  }

  (map.querySelector('[aria-current]') ?? map.querySelector('button'))?.focus();
}
