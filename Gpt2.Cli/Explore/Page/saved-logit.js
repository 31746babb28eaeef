// The parts of a logit, computed from the numbers in this file as in the program's LogitAttribution.cs: a part p of the residual stream
// adds p · v to a token's logit, where v = gain · the token's row of the head / deviation, minus its own mean.

import { EPSILON, maximum, pass, plain, rowOf, sheetOf } from './saved-pass.js';
import { rankedIds } from './saved-ranking.js';

export function logitOf(row, chosen) {
  const { layers, heads, headSize } = pass.session.model;
  const logits = rowOf(sheetOf('logits'), row), ranked = rankedIds(logits), [answer] = ranked, token = chosen ?? answer;
  const at = (name, place = row) => rowOf(sheetOf(name), place);
  const head = rowOf(sheetOf('model_lm_head') ?? sheetOf('model_wte'), token);
  const stream = at(`h${layers - 1}.step16`), direction = directionOf(stream, at('model_ln_f_g', 0), head);

  const embedding = dot(at('token_embeddings'), direction);
  const parts = [
    { part: 'TokenEmbedding', block: null, head: null, value: embedding },
    { part: 'PositionEmbedding', block: null, head: null, value: dot(at('position_embeddings'), direction) - embedding },
  ];
  for (let block = 0; block < layers; block++) {
    const attended = at(`h${block}.step8`), weights = `model_h${block}_attn_c_proj`;
    for (let number = 0; number < heads; number++) {
      let value = 0;
      for (let channel = number * headSize; channel < (number + 1) * headSize; channel++) {
        value += attended[channel] * dot(at(`${weights}_w`, channel), direction);
      }

      parts.push({ part: 'Head', block, head: number, value });
    }

    parts.push(
      { part: 'AttentionBias', block, head: null, value: dot(at(`${weights}_b`, 0), direction) },
      { part: 'Mlp', block, head: null, value: dot(at(`h${block}.step15`), direction) });
  }

  parts.push({ part: 'FinalNormBias', block: null, head: null, value: dot(head, at('model_ln_f_b', 0)) });
  return {
    row, token, label: pass.labels[token], isAnswer: token === answer, rank: ranked.indexOf(token) + 1,
    logit: plain(logits[token]), probability: plain(at('probabilities')[token]),
    sum: plain(parts.reduce((total, { value }) => total + value, 0)),
    scale: plain(maximum(parts.map(({ value }) => Math.abs(value)))),
    parts: parts.map(part => ({ ...part, value: plain(part.value) })),
  };
}

function directionOf(stream, gain, head) {
  const mean = sum(stream) / stream.length;
  const variance = sum(Float64Array.from(stream, x => (x - mean) ** 2)) / stream.length;
  const direction = Float64Array.from(gain, (g, channel) => g * head[channel] / Math.sqrt(variance + EPSILON));
  const own = sum(direction) / direction.length;
  return direction.map(v => v - own);
}

const sum = numbers => numbers.reduce((total, x) => total + x, 0);

const dot = (left, right) => left.reduce((total, x, channel) => total + x * right[channel], 0);
