// Enough neurons fit anything: networks whose corners lie on the parabola, and how the error falls with their number.

import { VIEW, button, chooseNow, chooseSoon, errorText, latest } from './network-tools.js';
import { chosenNumber } from './state.js';
import { askNetwork } from './api.js';
import { make } from './dom.js';
import { makeChart } from './network-chart.js';

const MOST = 200, STANDARD = 2;

const fitChart = makeChart(), errorChart = makeChart();
const slider = make('input', { type: 'range', id: 'network-n-slider', min: 1, max: MOST, step: 1, 'aria-label': 'Number of neurons, slider' });
const box = make('input', { type: 'number', id: 'network-n', min: 1, max: MOST, step: 1 });
const figures = make('output', { class: 'network-figures', id: 'network-enough-error' });

let points = null, errors = null;
let shown = 0;
const load = latest(draw);

export const enough = {
  name: 'enough',
  title: 'Enough neurons',
  start(panel) {
    slider.addEventListener('input', () => take(slider.value, chooseSoon));
    box.addEventListener('change', () => take(box.value, chooseNow));
    panel.append(
      make('div', { class: 'network-words' },
        make('p', {}, 'Nothing is learned here: n ReLUs are set so that the network goes through n + 1 points of the parabola, its knots. Each '
          + 'begins at a knot and changes the slope there.'),
        make('p', {}, make('b', {}, 'Do: '), 'take 2, 8 and 200 neurons. Twice as many neurons make the error a sixteenth: it is ⅚ · (2 / n)⁴. '
          + 'Any continuous curve can be approximated like this, as closely as one likes.')),
      make('div', { class: 'network-buttons', role: 'group', 'aria-label': 'Number of neurons' },
        make('label', { for: box.id }, 'neurons n'), slider, box,
        ...[2, 8, MOST].map(n => button(`network-n-${n}`, String(n), () => take(n, chooseNow)))),
      figures,
      make('div', { class: 'network-columns even' }, fitChart.host, errorChart.host));
  },
  show() {
    const n = chosenNumber(VIEW, 'n', MOST, STANDARD) || STANDARD;
    if (n !== shown) {
      put(n);
    }
  },
};

function take(text, keep) {
  const n = Math.max(1, Math.min(MOST, Math.round(Number(text)) || 1));
  put(n);
  keep({ n: n === STANDARD ? null : n });
}

function put(n) {
  shown = n;
  slider.value = box.value = n;
  load();
}

async function draw() {
  const n = shown;
  try {
    points ??= (await askNetwork('points')).points;
    errors ??= await askNetwork('errors');
    const { curve, meanError, integralError } = await askNetwork('interpolating', { neurons: n });
    figures.replaceChildren(
      make('span', {}, 'mean squared error ', make('b', { id: 'network-enough-integral' }, errorText(integralError)), ' over all x of [0, 2]'),
      make('span', {}, make('b', { id: 'network-enough-mean' }, errorText(meanError)), ' over the 41 points',
        meanError < 1e-20 ? ', which are all knots: the rest is rounding' : ''));
    fitChart.draw({
      label: `The parabola and a network of ${n} ReLUs through its ${n + 1} knots`,
      x: { from: 0, to: 2, name: 'x' },
      y: { from: 0, to: 7, name: 'y' },
      layers: [
        { points, class: 'network-target', dots: 2.6 },
        { points: curve, class: 'network-sum' },
        { points: curve, class: 'network-knot', dots: n > 50 ? 2 : 4 },
      ],
    });
    const line = errors.integralErrors.map((value, place) => [place + 1, value]);
    errorChart.draw({
      label: `Error against the number of neurons: from ${errorText(line[0][1])} with one to ${errorText(line.at(-1)[1])} with ${MOST}`,
      x: { from: 1, to: MOST, name: 'neurons n', log: true },
      y: { from: 1e-9, to: 100, name: 'mean squared error over [0, 2]', log: true },
      layers: [
        { points: line, class: 'network-sum' },
        { points: [[n, 1e-9], [n, integralError]], class: 'network-mark' },
        { points: [[n, integralError]], class: 'network-knot', dots: 5 },
      ],
    });
  } catch (problem) {
    shown = 0;
    figures.replaceChildren(make('span', { class: 'refused' }, problem.message));
  }
}
