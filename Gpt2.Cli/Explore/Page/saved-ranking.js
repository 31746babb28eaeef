// The vocabulary ranked by its logits in one row, and searched.

import { pass, plain, rowOf, sheetOf } from './saved-pass.js';

// All tokens, the largest logit first; of equal ones, the lower id first. NaN comes last.
export function rankedIds(logits) {
  const key = value => Number.isNaN(value) ? -Infinity : value;
  return Array.from(logits.keys()).sort((one, other) => key(logits[other]) - key(logits[one]) || one - other);
}

export function rankingOf(row, top, search) {
  const logits = rowOf(sheetOf('logits'), row), probabilities = rowOf(sheetOf('probabilities'), row);
  const found = rankedIds(logits).map((id, place) => ({ id, rank: place + 1 })).filter(({ id }) => !search || matches(id, search));
  return {
    found: found.length,
    tokens: found.slice(0, top).map(({ id, rank }) => (
      { rank, id, label: pass.labels[id], logit: plain(logits[id]), probability: plain(probabilities[id]) })),
  };
}

function matches(id, search) {
  const text = pass.texts[id] ?? pass.labels[id].replaceAll('␣', ' ');
  return String(id) === search || text.toUpperCase().includes(search.toUpperCase());
}
