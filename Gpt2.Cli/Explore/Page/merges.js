// How a word became tokens: its bytes, and every merge in order.

import { find, labelled, make } from './dom.js';
import { showProblem, ask } from './session.js';

// Shows the merges of the word that one of the prompt's tokens belongs to.
export async function showMerges(token) {
  try {
    fill(await (await ask(`tokens/${token}`)).json());
    find('merges').showModal();
  } catch (error) {
    if (error.name !== 'AbortError') {
      showProblem(error.message);
    }
  }
}

function fill({ word, bytes, merges, ids }) {
  const pieces = bytes.length === 1 ? 'byte' : 'bytes';
  find('merges-title').replaceChildren('How ', ...labelled(word), ids.length === 1 ? ' became one token' : ` became ${ids.length} tokens`);
  find('merges-about').textContent = merges.length === 0
    ? `It begins as ${bytes.length} ${pieces}, and no merge joins any of them.`
    : `It begins as ${bytes.length} ${pieces}. In each pass, of all neighbours that a merge joins, those with the lowest rank are joined.`;
  find('merges-list').replaceChildren(
    row('bytes', bytes, null),
    ...merges.map(({ rank, left, right, tokens }) => row(`merge of rank ${rank}`, tokens, left + right)),
    row(ids.length === 1 ? 'id' : 'ids', ids.map(String), null));
}

function row(name, pieces, made) {
  const shown = pieces.map(piece => make('span', { class: piece === made ? 'piece new' : 'piece' }, ...labelled(piece)));
  return make('li', {}, make('span', { class: 'merge-rank' }, name), make('span', { class: 'merge-pieces' }, ...shown));
}
