// The pass of the second prompt, and how it is aligned with the page's own. It has the same edits, so that only the prompt differs.

import { ask, editsOf } from './session.js';
import { closeSession, postPrompt } from './api.js';
import { state } from './state.js';

// What is compared: the passes { first, second }, for each pair of aligned tokens their positions { first, second } in them, null where there
// is none, how many pairs there are (count), prefix, suffix and sheets as the server says, the sheets also byName; null while there is nothing.
export let compared = null;

let second = null; // the session of the second prompt
let madeWith = ''; // its edits
let runs = 0;

// Compares the page's prompt with another. Resolves to whether it has been done, and not overtaken.
export async function compareWith(prompt) {
  const mine = ++runs;
  const first = state.session;
  const edits = editsOf(first), wanted = JSON.stringify(edits);
  compared = null;
  if (second?.prompt !== prompt || madeWith !== wanted) {
    const made = await postPrompt(prompt, edits, second?.id, first.id);
    if (mine !== runs) {
      closeSession(made.id);
      return false;
    }

    second = made;
    madeWith = wanted;
    second.byName = new Map(second.sheets.map(sheet => [sheet.name, sheet]));
  }

  const answer = await (await askBoth('')).json();
  if (mine === runs) {
    compared = {
      passes: { first, second },
      positions: { first: answer.first, second: answer.second },
      count: answer.first.length,
      prefix: answer.prefix,
      suffix: answer.suffix,
      sheets: answer.sheets,
      byName: new Map(answer.sheets.map(sheet => [sheet.name, sheet])),
    };
  }

  return mine === runs;
}

// Nothing is compared any more. The second pass is let go.
export function endComparison() {
  runs++;
  compared = null;
  if (second) {
    closeSession(second.id);
    second = null;
  }
}

// Asks about both passes; one that the server has let go is run again first.
export async function askBoth(path, signal) {
  const used = second, { id } = used;
  try {
    return await ask(`compare/${id}${path}`, signal);
  } catch (error) {
    if (error.code !== 'second_gone' || used !== second) {
      throw error;
    }

    if (used.id === id) {
      used.reviving ??= postPrompt(used.prompt, editsOf(used), null, state.session.id).finally(() => { used.reviving = null; });
      used.id = (await used.reviving).id; // the numbers are the same
    }

    return ask(`compare/${used.id}${path}`, signal);
  }
}

// What a pair of aligned tokens is called: in one of the passes, or in both. A token that is missing is a dash.
export function pairLabel(pair, of) {
  const [first, second] = ['first', 'second'].map(side => {
    const index = compared.positions[side][pair];
    return { index, text: compared.passes[side].tokens[index]?.label ?? '–' };
  });
  if (of !== 'difference') {
    const { index, text } = of === 'first' ? first : second;
    return { index: index ?? '', text };
  }

  return {
    index: first.index === second.index ? first.index : `${first.index ?? '–'}/${second.index ?? '–'}`,
    text: first.text === second.text ? first.text : `${first.text} | ${second.text}`,
  };
}

const sidesOf = of => of === 'difference' ? ['first', 'second'] : [of];

// Whether a pass has the token of a pair; of the difference, whether both have.
export const hasToken = (pair, of) => sidesOf(of).every(side => compared.positions[side][pair] !== null);

// Whether it also has a row for it in a sheet: only the last rows may have been computed.
export const hasRow = (name, pair, of) => hasToken(pair, of) && sidesOf(of).every(side =>
  compared.positions[side][pair] >= compared.passes[side].byName.get(name).firstToken);

window.addEventListener('pagehide', () => {
  if (second) {
    closeSession(second.id);
  }
});
