// In a saved page this module stands in the place of api.js and has the same exports: it answers what the program would answer, from
// the pass that is in the file.

import { pass, plain, rowOf, sheetOf } from './saved-pass.js';
import { isMasked } from './numbers.js';
import { logitOf } from './saved-logit.js';
import { originOf } from './saved-why.js';
import { rankingOf } from './saved-ranking.js';

export const isSaved = true;

export const getStart = async () => ({ model: pass.session.model.name, prompt: pass.session.prompt });

export const getLabels = async (from, to) => pass.labels.slice(from, to);

// There is one prompt, whatever is asked for: an address may be that of another file.
export const postPrompt = async () => structuredClone(pass.session);

export const closeSession = () => {};

// The lesson on neural networks is not in a file.
export const askNetwork = async () => { throw new Error('this needs gpt2 explore'); };

// What can be asked, by the first part of the path.
const ANSWERS = {
  tokens: ([index]) => json(pass.words.find(({ first, ids }) => index >= first && index < first + ids.length)),
  sheets: ([name, what], query) => ofSheet[what](sheetOf(name), query),
  depth: ([what], query) => json(ofDepth[what](query)),
  why: ([name], query) => json(originOf(
    sheetOf(name), Number(query.get('row')), Number(query.get('column')), Number(query.get('top') ?? 50), query.get('order') ?? 'largest')),
};

export async function askSession(id, path) {
  const [route, query] = path.split('?');
  const [word, ...rest] = route.split('/');
  return ANSWERS[word](rest, new URLSearchParams(query));
}

// Makes a link save a part of a sheet as CSV. The text is made when the link is followed.
export function offerFile(link, id, path) {
  link.href = '#';
  link.onclick = () => {
    const [route, query] = path.split('?');
    const sheet = sheetOf(route.split('/')[1]), range = rangeOf(sheet, new URLSearchParams(query));
    URL.revokeObjectURL(link.made);
    link.made = link.href = URL.createObjectURL(new Blob([textOf(sheet, range, ',')], { type: 'text/csv' }));
    link.download = `${sheet.name}_${range.r0}-${range.r1 - 1}_${range.c0}-${range.c1 - 1}.csv`;
  };
}

const json = value => ({ json: async () => value });

const text = value => ({ text: async () => value });

const ofSheet = {
  window: (sheet, query) => ({ arrayBuffer: async () => windowOf(sheet, rangeOf(sheet, query)) }),
  statistics: (sheet, query) => json(statisticsOf(sheet, rangeOf(sheet, query))),
  tsv: (sheet, query) => text(textOf(sheet, rangeOf(sheet, query), '\t')),
  ranked: (_, query) => json(rankingOf(Number(query.get('row')), Number(query.get('top') ?? 100), query.get('search'))),
};

const ofDepth = {
  readings: query => {
    const depth = Number(query.get('depth')), from = Number(query.get('from'));
    requireDistribution();
    return { depth, from, readings: pass.depths[depth].slice(from, Number(query.get('to'))) };
  },
  logit: query => {
    requireDistribution();
    return logitOf(Number(query.get('row')), query.has('token') ? Number(query.get('token')) : undefined);
  },
};

function requireDistribution() {
  if (pass.session.problem) {
    throw new Error(pass.session.problem);
  }
}

// What is absent is the sheet's edge.
function rangeOf({ rows, columns }, query) {
  const numberOf = (name, standard) => query.has(name) ? Number(query.get(name)) : standard;
  return { r0: numberOf('r0', 0), r1: numberOf('r1', rows), c0: numberOf('c0', 0), c1: numberOf('c1', columns) };
}

const rowsOf = (sheet, { r0, r1, c0, c1 }) => Array.from({ length: r1 - r0 }, (_, place) => rowOf(sheet, r0 + place).subarray(c0, c1));

// Little-endian, as the program sends them.
function windowOf(sheet, range) {
  const rows = rowsOf(sheet, range), columns = range.c1 - range.c0;
  const view = new DataView(new ArrayBuffer(4 * rows.length * columns));
  rows.forEach((row, at) => row.forEach((value, column) => view.setFloat32(4 * (at * columns + column), value, true)));
  return view.buffer;
}

function statisticsOf(sheet, range) {
  const rows = rowsOf(sheet, range);
  let count = 0, sum = 0, min = Infinity, max = -Infinity, scale = 0;
  for (const row of rows) {
    for (const value of row) {
      count++;
      sum += value;
      min = Math.min(min, value);
      max = Math.max(max, value);
      if (Number.isFinite(value) && !isMasked(value)) {
        scale = Math.max(scale, Math.abs(value));
      }
    }
  }

  return { count, sum: plain(sum), mean: plain(sum / count), min: plain(min), max: plain(max), scale };
}

const textOf = (sheet, range, separator) => rowsOf(sheet, range).map(row => Array.from(row, written).join(separator) + '\n').join('');

// With as few of seven to nine digits as give the same float32.
function written(value) {
  const digits = [7, 8].find(count => Math.fround(Number(value.toPrecision(count))) === value) ?? 9;
  return String(Number(value.toPrecision(digits)));
}
