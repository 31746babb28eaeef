// Small pictures of numbers that several views draw: bars, shares, and token labels as buttons.

import { labelled, make } from './dom.js';

// A bar as long as a number's part of the scale, from the middle to the left below 0 and to the right above.
export function signedBar(value, scale) {
  const part = scale > 0 ? Math.min(1, Math.abs(value) / scale) : 0;
  const fill = make('span', { class: value < 0 ? 'bar-fill negative' : 'bar-fill positive' });
  fill.style.width = `${50 * part}%`;
  fill.style.left = `${value < 0 ? 50 * (1 - part) : 50}%`;
  return make('span', { class: 'signed-bar', 'aria-hidden': 'true' }, fill);
}

// A bar as long as a share from 0 to 1.
export function shareBar(share) {
  const fill = make('span', { class: 'bar-fill' });
  fill.style.width = `${100 * Math.max(0, Math.min(1, share))}%`;
  return make('span', { class: 'share-bar', 'aria-hidden': 'true' }, fill);
}

// A background as deep as a number's part of the scale; the root shows small numbers, too.
export function heat(element, value, scale, deepest = 55) {
  element.style.setProperty('--heat', `${(scale > 0 ? deepest * Math.sqrt(Math.min(1, Math.abs(value) / scale)) : 0).toFixed(1)}%`);
  element.classList.toggle('negative', value < 0);
  return element;
}

// A token's label; one that the vocabulary does not name is its id.
export const tokenName = ({ id, label }) => label ? labelled(label) : [`id ${id}`];

export function tokenButton(token, act, title) {
  const button = make('button', { type: 'button', class: 'token-button', title: title ?? `id ${token.id}` }, ...tokenName(token));
  button.addEventListener('click', act);
  return button;
}
