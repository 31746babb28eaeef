// The numbers of the attention of one head: windows of step 7, kept as long as the session.

import { getWindow } from './window.js';
import { state, watch } from './state.js';

const MOST = 1 << 16; // numbers in one window, the server's limit

let kept = new Map();

watch(['session'], () => { kept = new Map(); });

export const sheetOf = block => `h${block}.step7`;

// What a small map shows: all tokens, or the last ones.
export const SMALL = 128;

// The attention of one head among the last tokens: { first, count, numbers }, row after row; first is the token that it begins with.
export function attentionOf(block, head, most = Infinity) {
  const { tokens } = state.session;
  const count = Math.min(tokens.length, most);
  const key = `${block} ${head} ${count}`;
  if (!kept.has(key)) {
    const mine = kept;
    const loading = load(sheetOf(block), head * tokens.length, tokens.length - count, count);
    mine.set(key, loading);
    loading.catch(() => mine.delete(key)); // asked for again when it is next drawn
    if (count > SMALL) {
      [...mine.keys()].filter(other => other !== key && Number(other.split(' ')[2]) > SMALL).forEach(other => mine.delete(other));
    }
  }

  return kept.get(key);
}

async function load(sheet, firstColumn, first, count) {
  const numbers = new Float32Array(count * count);
  const rows = Math.max(1, Math.floor(MOST / count));
  for (let row = 0; row < count; row += rows) {
    const end = Math.min(count, row + rows);
    const range = { r0: first + row, r1: first + end, c0: firstColumn + first, c1: firstColumn + first + count };
    numbers.set(await getWindow(sheet, range), row * count);
  }

  return { first, count, numbers };
}

// Paints the lower triangle, a pixel for each number, in the canvas's own text colour. The root shows small shares beside large ones.
export function paint(canvas, { count, numbers }) {
  const FAINTEST = 18; // so that what may be seen is told from what is masked
  const [red, green, blue] = getComputedStyle(canvas).color.match(/\d+/g).map(Number);
  canvas.width = canvas.height = count;
  const context = canvas.getContext('2d');
  const image = context.createImageData(count, count);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column <= row; column++) {
      const at = row * count + column;
      const share = Math.sqrt(Math.min(1, numbers[at] || 0));
      image.data.set([red, green, blue, FAINTEST + (255 - FAINTEST) * share], 4 * at);
    }
  }

  context.putImageData(image, 0, 0);
}
