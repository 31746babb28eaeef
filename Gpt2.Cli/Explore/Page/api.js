// Requests to the server this page came from. A refusal is an Error with the server's message and code. In a page that was saved as a
// file, saved-api.js stands in the place of this module: it must have the same exports.

// Whether the page is such a file.
export const isSaved = false;

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error;
    }

    throw Object.assign(new Error('The program does not answer. Is gpt2 explore still running?'), { code: 'no_answer' });
  }

  if (!response.ok) {
    const { error } = await response.json();
    throw Object.assign(new Error(error.message), { code: error.code });
  }

  return response;
}

export const getStart = async () => (await ask('/api/start')).json();

export const getLabels = async (from, to) => (await ask(`/api/labels?from=${from}&to=${to}`)).json();

// Runs a prompt: instead of the session that it replaces, and beside one that it is compared with.
export async function postPrompt(prompt, edits, replaces, beside) {
  return (await ask('/api/sessions', post({ prompt, replaces, edits, beside }))).json();
}

const post = body => ({ method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

// Asks about a session, or sends something to it.
export const askSession = (id, path, signal, body) => ask(`/api/sessions/${id}/${path}`, { signal, ...(body !== undefined && post(body)) });

// Asks a question of the lesson on neural networks, which needs no session.
export const askNetwork = async (question, body = {}) => (await ask(`/api/network/${question}`, post(body))).json();

// The last word of a tab that is closed: the browser delivers it after the page is gone.
export const closeSession = id => navigator.sendBeacon(`/api/sessions/${id}/close`);

// Makes a link save what a path about a session answers.
export const offerFile = (link, id, path) => { link.href = `/api/sessions/${id}/${path}`; };
