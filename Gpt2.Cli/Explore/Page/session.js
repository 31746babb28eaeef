// The pass of a prompt: run, shown, repeated if the server no longer has it, and closed with the tab.

import { askSession, closeSession, postPrompt } from './api.js';
import { change, state } from './state.js';
import { find, showMessage, speak } from './dom.js';

let runs = 0;
let running = null; // the last run, while it lasts
let reviving = null;

// Runs a prompt and shows a sheet of its pass. Edits stay until they are undone, and so does what is chosen in the views if it is not given.
// Resolves to whether the prompt was accepted.
export async function run(prompt, sheetName, cell, { edits = editsOf(state.session), chosen = null } = {}) {
  const mine = ++runs;
  const button = find('run');
  button.disabled = true;
  showProblem('');
  find('prompt').value = prompt; // so that one that is refused can be changed
  try {
    const made = postPrompt(prompt, edits, state.session?.id);
    running = made.catch(() => {});
    const session = await made;
    if (mine !== runs) {
      closeSession(session.id); // a later prompt has been asked for
      return false;
    }

    show(session, sheetName, cell, chosen);
    return true;
  } catch (error) {
    if (mine === runs) {
      showProblem(error.message);
    }

    return false;
  } finally {
    if (mine === runs) {
      running = null;
      button.disabled = false;
    }
  }
}

// Whether a prompt is being run, so that another will be shown than now.
export const isRunning = () => running !== null;

// Runs the prompt again with other edits, from the first block that they concern.
export function rerun(edits) {
  const { session, sheet, cell } = state;
  return run(session.prompt, sheet.name, cell, { edits });
}

export const editsOf = session => session?.edits.map(({ edit }) => edit) ?? [];

// Asks about the session; one that the server has let go is run again first. What is asked while another prompt runs
// waits for it, and is then no longer of interest.
export async function ask(path, signal, body) {
  const session = state.session;
  await running;
  if (session !== state.session) {
    throw new DOMException('Another prompt has been run', 'AbortError');
  }

  const used = session.id;
  try {
    return await askSession(used, path, signal, body);
  } catch (error) {
    if (error.code !== 'session_gone' || session !== state.session) {
      throw error;
    }

    if (session.id === used) {
      reviving ??= postPrompt(session.prompt, editsOf(session)).finally(() => { reviving = null; });
      session.id = (await reviving).id; // the numbers are the same
    }

    return askSession(session.id, path, signal, body);
  }
}

export const showProblem = message => showMessage(find('problem'), message);

function show(session, sheetName, cell, chosen) {
  session.byName = new Map(session.sheets.map(sheet => [sheet.name, sheet]));
  session.steps = session.sheets.filter(sheet => !sheet.isWeight);
  const sheet = session.byName.get(sheetName) ?? session.byName.get('h0.step1');
  const at = within(sheet, cell ?? { row: sheet.rows - 1, column: 0 });
  change({ session, sheet, cell: at, anchor: at, ...(chosen && { chosen }), ...(session.edits.length ? {} : { version: 'after' }) });
  const [best] = session.prediction;
  speak(best ? `${session.tokens.length} tokens. Most probable next token: ${best.label}` : session.problem ?? '');
  if (session.problem) {
    showProblem(session.problem);
  }
}

// The cell of a sheet that is nearest to a place.
export function within(sheet, { row, column }) {
  return { row: Math.min(row, sheet.rows - 1), column: Math.min(column, sheet.columns - 1) };
}

// A page may come back after this, and then its first question repeats the pass.
window.addEventListener('pagehide', () => {
  if (state.session) {
    closeSession(state.session.id);
  }
});
