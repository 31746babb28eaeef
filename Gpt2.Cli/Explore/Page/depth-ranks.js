// How the rank of a token's answer changes through the depth: a line, from the embeddings at the left to the prediction at the right.

import { depthName } from './depth-grid.js';
import { shape } from './dom.js';

const WIDTH = 340, HEIGHT = 150, LEFT = 44, RIGHT = 10, TOP = 10, BOTTOM = 24;

// Draws ranks from 1, one for each depth; undefined for those not known yet.
export function ranksPicture(ranks, vocabulary, current, answer) {
  const most = Math.log10(vocabulary);
  const x = depth => LEFT + depth * (WIDTH - LEFT - RIGHT) / Math.max(1, ranks.length - 1);
  const y = rank => TOP + Math.log10(rank) / most * (HEIGHT - TOP - BOTTOM);
  const known = ranks.map((rank, depth) => ({ rank, depth })).filter(({ rank }) => rank !== undefined);
  const words = known.map(({ rank, depth }) => `${depthName(depth)} ${rank}`).join(', ');
  const picture = shape('svg', {
    class: 'ranks', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `Rank of ${answer} by depth: ${words}`,
  });
  for (let power = 0; 10 ** power <= vocabulary; power++) {
    picture.append(
      shape('line', { class: 'ranks-line', x1: LEFT, x2: WIDTH - RIGHT, y1: y(10 ** power), y2: y(10 ** power) }),
      text(LEFT - 6, y(10 ** power) + 4, 'end', String(10 ** power)));
  }

  const layers = (ranks.length - 1) / 2;
  const every = Math.ceil(layers / 12);
  for (let block = 0; block < layers; block += every) {
    picture.append(text(x(2 * block + 1.5), HEIGHT - 6, 'middle', `h${block}`));
  }

  picture.append(
    shape('line', { class: 'ranks-now', x1: x(current), x2: x(current), y1: TOP, y2: HEIGHT - BOTTOM }),
    shape('polyline', { class: 'ranks-path', points: known.map(({ rank, depth }) => `${x(depth)},${y(rank)}`).join(' ') }),
    ...known.map(({ rank, depth }) => shape(
      'circle', { class: 'ranks-dot', cx: x(depth), cy: y(rank), r: 3 }, shape('title', {}, `${depthName(depth)}: ${rank}`))));
  return picture;
}

const text = (x, y, anchor, words) => shape('text', { class: 'ranks-text', x, y, 'text-anchor': anchor }, words);
