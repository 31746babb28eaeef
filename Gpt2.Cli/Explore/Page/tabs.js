// Sheet tabs in the order of the model: the parts of the model, and the sheets of the current part.

import { find, make } from './dom.js';
import { state, watch } from './state.js';
import { goTo } from './navigate.js';
import { walkTabs } from './tablist.js';

let groups = [];

export function startTabs() {
  watch(['session'], () => { groups = groupsOf(state.session.sheets); });
  watch(['session', 'sheet'], show);
  for (const id of ['groups', 'sheets']) {
    walkTabs(find(id));
    find(id).addEventListener('wheel', event => {
      find(id).scrollLeft += Math.abs(event.deltaX) > 0 ? 0 : event.deltaY;
    }, { passive: true });
  }
}

// A sheet's name on its tab, within its part of the model.
export function shortName(sheet) {
  const last = sheet.title.slice(sheet.title.lastIndexOf(': ') + 1).trim();
  return sheet.step ? `${sheet.step} ${last}` : sheet.isWeight ? sheet.title.replace(/^.*weight /, '') : sheet.title;
}

// Consecutive sheets of one part: embeddings, a block, the head; then the weights alike.
export function groupsOf(sheets) {
  const found = [];
  let seenBlock = false;
  for (const sheet of sheets) {
    seenBlock ||= sheet.block !== null;
    const name = sheet.block !== null ? `h${sheet.block}${sheet.isWeight ? ' weights' : ''}`
      : sheet.isWeight ? sheet.title.split('/')[0] : seenBlock ? 'head' : 'embedding';
    if (found.at(-1)?.name !== name) {
      found.push({ name, sheets: [] });
    }

    found.at(-1).sheets.push(sheet);
  }

  return found;
}

function show() {
  const { sheet } = state;
  const group = groups.find(one => one.sheets.includes(sheet));
  fill(find('groups'), groups.map(one => ({ name: one.name, isOn: one === group, go: () => goTo(sameStep(one).name) })), 'sheets');
  fill(find('sheets'), group.sheets.map(one => ({ name: shortName(one), isOn: one === sheet, go: () => goTo(one.name) })), 'numbers');
  find('numbers').setAttribute('aria-labelledby', 'sheets-tab');
}

// The sheet of another part that is like the current one.
function sameStep(group) {
  const { sheet } = state;
  const end = name => name.replace(/^(model_)?h\d+/, '');
  return group.sheets.find(one => end(one.name) === end(sheet.name)) ?? group.sheets[0];
}

// Tabs that are the same as before stay, so that one with the focus keeps it.
function fill(list, tabs, controls) {
  if (list.children.length !== tabs.length || tabs.some((tab, place) => list.children[place].textContent !== tab.name)) {
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...tabs.map(tab => make('button', { type: 'button', role: 'tab', 'aria-controls': controls }, tab.name)));
    if (hadFocus) {
      list.children[tabs.findIndex(tab => tab.isOn)]?.focus();
    }
  }

  tabs.forEach((tab, place) => {
    const element = list.children[place];
    element.onclick = tab.go;
    element.setAttribute('aria-selected', tab.isOn);
    element.tabIndex = tab.isOn ? 0 : -1;
    element.id = tab.isOn ? `${list.id}-tab` : '';
    if (!tab.isOn) {
      element.removeAttribute('id');
    } else {
      showTab(list, element);
    }
  });
}

function showTab(list, tab) {
  const before = tab.offsetLeft - list.offsetLeft, after = before + tab.offsetWidth - list.clientWidth;
  list.scrollLeft = Math.min(before, Math.max(list.scrollLeft, after));
}
