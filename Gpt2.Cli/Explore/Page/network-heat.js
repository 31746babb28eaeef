// The picture of a landscape: heat, contour lines, the hiker's way, and the gradient under his feet.

import { shape } from './dom.js';

const DEEPEST = 190; // of 255, at the highest place

// Draws it into a canvas, and over it into a group of the chart's picture.
export function showHeat({ canvas, overlay, scale, land, heights, trail, gradient }) {
  overlay.replaceChildren();
  const { box } = scale;
  Object.assign(canvas.style, { left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` });
  if (heights) {
    paint(canvas, heights);
    contours(overlay, scale, land, heights);
  }

  const places = trail.map(([first, second]) => [scale.x(first), scale.y(second)]);
  const [x, y] = places.at(-1);
  overlay.append(shape('polyline', { class: 'network-trail', points: places.map(place => place.map(bounded).join(',')).join(' ') }));
  if (places.length < 150) {
    overlay.append(...places.map(([cx, cy]) => shape('circle', { class: 'network-foot', cx: bounded(cx), cy: bounded(cy), r: 2 })));
  }

  arrow(overlay, scale, land, trail.at(-1), gradient);
  overlay.append(shape('circle', { class: 'network-hiker', cx: bounded(x), cy: bounded(y), r: 7 }));
}

// Low places have no colour, so that the valley has that of the page in both themes. Colours follow the logarithm of the loss.
function paint(canvas, { size, least, most, losses }) {
  if (canvas.painted === losses) {
    return;
  }

  canvas.painted = losses;
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d'), image = context.createImageData(size, size);
  const bottom = Math.max(least, most * 1e-6), range = Math.log(most / bottom);
  losses.forEach((loss, place) => {
    const row = size - 1 - Math.floor(place / size), at = 4 * (row * size + place % size);
    image.data.set([11, 122, 140, DEEPEST * Math.max(0, Math.log(loss / bottom) / range)], at);
  });
  context.putImageData(image, 0, 0);
}

function contours(overlay, scale, land, { size, contours: lines }) {
  const value = (axis, place) => land.from[axis] + (land.to[axis] - land.from[axis]) * place / (size - 1);
  const point = (x, y) => `${scale.x(value(0, x)).toFixed(1)} ${scale.y(value(1, y)).toFixed(1)}`;
  overlay.append(...lines.map(({ pieces }) => shape('path', {
    class: 'network-contour', d: pieces.map(([x1, y1, x2, y2]) => `M${point(x1, y1)}L${point(x2, y2)}`).join(''),
  })));
}

// The gradient points uphill. Its direction is that of the picture; its length grows with the logarithm of its size.
function arrow(overlay, scale, land, [first, second], [byFirst, bySecond]) {
  const dx = scale.x(first + byFirst) - scale.x(first), dy = scale.y(second + bySecond) - scale.y(second);
  const size = Math.hypot(dx, dy);
  if (!(size > 0) || Math.hypot(byFirst, bySecond) < 1e-4) {
    return;
  }

  const length = Math.min(110, 26 + 18 * Math.log1p(Math.hypot(byFirst, bySecond)));
  const ux = dx / size, uy = dy / size, x = bounded(scale.x(first)), y = bounded(scale.y(second));
  const place = (left, top) => `${left.toFixed(1)} ${top.toFixed(1)}`;
  const tip = place(x + ux * length, y + uy * length);
  const barb = turn => place(
    x + ux * length - 11 * (ux * Math.cos(turn) - uy * Math.sin(turn)), y + uy * length - 11 * (uy * Math.cos(turn) + ux * Math.sin(turn)));
  overlay.append(shape('path', { class: 'network-arrow', d: `M${place(x, y)}L${tip}M${barb(0.45)}L${tip}L${barb(-0.45)}` }));
}

const bounded = value => Math.max(-1e4, Math.min(1e4, value));
