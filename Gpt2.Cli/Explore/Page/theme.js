// Light or dark: as the system says, unless the switch says otherwise.

import { find } from './dom.js';

const KEY = 'gpt2-explore-colours';
const CHOICES = ['system', 'light', 'dark'];
const SIGNS = { system: '◐', light: '☀', dark: '☾' };

export function startTheme() {
  let choice = CHOICES.includes(read()) ? read() : 'system';
  show(choice);
  find('theme').addEventListener('click', () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length];
    write(choice);
    show(choice);
  });
}

function show(choice) {
  if (choice === 'system') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = choice;
  }

  const button = find('theme');
  button.textContent = SIGNS[choice];
  button.setAttribute('aria-label', `Colours: ${choice === 'system' ? 'as the system' : choice}`);
}

// A browser may refuse to store anything.
function read() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function write(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // then the choice holds until the page is left
  }
}
