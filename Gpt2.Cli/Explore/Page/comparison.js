// The pass of the second prompt, and how it is aligned with the page's own. It has the same edits, so that only the prompt differs.

import { ask, editsOf } from './session.js';
import { closeSession, postPrompt } from './api.js';
import { state } from './state.js';

// What is compared: { first, second, ...the server's answer, sheets by name in byName }; null while there is nothing.
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
    compared = { ...answer, session: first, other: second, byName: new Map(answer.sheets.map(sheet => [sheet.name, sheet])) };
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
export function pairLabel(place, of) {
  const { first, second: seconds, session, other } = compared;
  const at = { first: first[place], second: seconds[place] };
  const label = { first: session.tokens[at.first]?.label ?? '–', second: other.tokens[at.second]?.label ?? '–' };
  if (of !== 'difference') {
    return { index: at[of] ?? '', text: label[of] };
  }

  return {
    index: at.first === at.second ? at.first : `${at.first ?? '–'}/${at.second ?? '–'}`,
    text: label.first === label.second ? label.first : `${label.first} | ${label.second}`,
  };
}

// Whether a pass has a row for a pair of aligned tokens in a sheet, of which the last rows alone may have been kept; of the difference,
// whether both have.
export function hasRow(name, place, of) {
  const { first, second: seconds, session, other } = compared;
  const has = (tokens, pass) => tokens[place] !== null && tokens[place] >= pass.byName.get(name).firstToken;
  return (of === 'second' || has(first, session)) && (of === 'first' || has(seconds, other));
}

// Whether a pass has a token there.
export const hasToken = (place, of) =>
  (of === 'second' || compared.first[place] !== null) && (of === 'first' || compared.second[place] !== null);

window.addEventListener('pagehide', () => {
  if (second) {
    closeSession(second.id);
  }
});
