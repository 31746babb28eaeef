// A chart of the lesson on neural networks: axes, lines and dots, drawn anew whenever its numbers or its width change.

import { make, shape } from './dom.js';

const LEFT = 52, RIGHT = 14, TOP = 12, BOTTOM = 40;
const SPARE = 6; // so that dots on the edge are whole

let charts = 0;

// A chart: its element, and draw({ label, x, y, layers }). An axis is { from, to, name, log }; a layer is { points, class, dots, text }.
// placed, if it is given, receives the scales after each drawing.
export function makeChart(kind = '', placed = () => {}) {
  const host = make('div', { class: `network-chart ${kind}` });
  const clip = `network-clip-${++charts}`;
  let spec = null;
  const redraw = () => {
    if (spec && host.clientWidth > 0) {
      const scale = scales(spec, host.clientWidth, host.clientHeight);
      host.querySelector('svg')?.remove();
      host.append(picture(spec, scale, clip));
      placed(scale);
    }
  };
  new ResizeObserver(redraw).observe(host);
  return { host, draw(given) { spec = given; redraw(); } };
}

// From numbers to places of the picture and back.
function scales({ x, y }, width, height) {
  const box = { left: LEFT, top: TOP, width: Math.max(10, width - LEFT - RIGHT), height: Math.max(10, height - TOP - BOTTOM) };
  const part = (axis, value) => axis.log
    ? Math.log(value / axis.from) / Math.log(axis.to / axis.from)
    : (value - axis.from) / (axis.to - axis.from);
  return {
    box, width, height,
    x: value => box.left + part(x, value) * box.width,
    y: value => box.top + (1 - part(y, value)) * box.height,
    valueAt: (left, top) => [
      x.from + (left - box.left) / box.width * (x.to - x.from), y.to - (top - box.top) / box.height * (y.to - y.from),
    ],
  };
}

function picture({ label, x, y, layers }, scale, clip) {
  const { box, width, height } = scale;
  const svg = shape('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
  svg.append(shape('clipPath', { id: clip }, shape('rect', {
    x: box.left - SPARE, y: box.top - SPARE, width: box.width + 2 * SPARE, height: box.height + 2 * SPARE,
  })));
  for (const value of ticks(x, Math.max(2, Math.floor(box.width / 70)))) {
    svg.append(shape('line', { class: 'network-grid', x1: scale.x(value), x2: scale.x(value), y1: box.top, y2: box.top + box.height }),
      words(scale.x(value), box.top + box.height + 16, 'middle', tickText(value)));
  }

  for (const value of ticks(y, Math.max(2, Math.floor(box.height / 34)))) {
    const at = scale.y(value);
    svg.append(shape('line', { class: value === 0 ? 'network-zero' : 'network-grid', x1: box.left, x2: box.left + box.width, y1: at, y2: at }),
      words(box.left - 6, at + 4, 'end', tickText(value)));
  }

  svg.append(words(box.left + box.width / 2, height - 6, 'middle', x.name));
  if (y.name) {
    svg.append(words(box.left + 6, box.top + 12, 'start', y.name));
  }

  const inside = shape('g', { 'clip-path': `url(#${clip})` });
  layers.forEach(layer => inside.append(...drawLayer(layer, scale)));
  svg.append(inside);
  return svg;
}

function drawLayer({ points, class: kind, dots = 0, text }, scale) {
  const places = points.map(([a, b]) => [scale.x(a), scale.y(b)]);
  if (dots) {
    return places.map(([cx, cy]) => shape('circle', { class: kind, cx: fixed(cx), cy: fixed(cy), r: dots }));
  }

  const line = shape('polyline', { class: kind, points: places.map(place => place.map(fixed).join(',')).join(' ') });
  if (text === undefined) {
    return [line];
  }

  // The name stands where the line leaves the picture at the right or at one of its other sides.
  const { left, top, width, height } = scale.box;
  const within = ([a, b]) => a >= left && a <= left + width && b >= top && b <= top + height;
  const [at, before] = [places.at(-1), places.at(-2)];
  const edge = within(at) || !before ? at : crossing(before, at, top, top + height);
  const upright = Math.max(top + 14, Math.min(top + height - 6, edge[1] - 6));
  return [line, words(Math.min(edge[0], left + width) - 5, upright, 'end', text, `${kind} network-name`)];
}

// Where a line from a to b passes the upper or lower side.
function crossing([ax, ay], [bx, by], top, bottom) {
  const side = by < top ? top : bottom;
  const part = by === ay ? 1 : Math.max(0, Math.min(1, (side - ay) / (by - ay)));
  return [ax + part * (bx - ax), side];
}

// Round numbers on an axis, at most about as many as there is room for.
function ticks({ from, to, log }, most) {
  if (log) {
    const first = Math.ceil(Math.log10(from) - 1e-9), last = Math.floor(Math.log10(to) + 1e-9);
    const step = Math.max(1, Math.ceil((last - first + 1) / most));
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, place) => 10 ** (first + place * step));
  }

  const rough = (to - from) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(one => one * power >= rough * 0.999) * power;
  const first = Math.ceil(from / step - 1e-9);
  return Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, place) => (first + place) * step);
}

function tickText(value) {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(0).replace('e+', 'e') : String(Number(value.toPrecision(6)));
  return text.replaceAll('-', '−');
}

const fixed = value => Math.max(-1e5, Math.min(1e5, value)).toFixed(2);

function words(x, y, anchor, content, kind = 'network-text') {
  return shape('text', { class: kind, x: fixed(x), y: fixed(y), 'text-anchor': anchor }, content);
}

// The smallest axis between round numbers that holds all values, at least from one number to another.
export function axis(values, least, most, unit, limit) {
  const from = Math.max(-limit, Math.min(least, Math.floor(Math.min(...values) / unit) * unit));
  return { from, to: Math.min(limit, Math.max(most, Math.ceil(Math.max(...values) / unit) * unit)) };
}
