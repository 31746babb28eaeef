// By hand: a few ReLUs whose weights and biases are set with sliders, their sum, and how far it is from the parabola.

import { axis, makeChart } from './network-chart.js';
import { VIEW, button, chooseSoon, chosenList, errorText, latest, numberField } from './network-tools.js';
import { askNetwork } from './api.js';
import { make } from './dom.js';
import { state } from './state.js';

const MOST = 8;
const LIMIT = 1000; // of a parameter set by hand
const START = [3, 1, -0.5, 2, -1, 0.5, 4];
const NEW = [1, -0.5, 0]; // its v is 0, so that the error stays
const PARTS = [
  { letter: 'w', least: -3, most: 3, step: 0.05 },
  { letter: 'b', least: -4, most: 4, step: 0.05 },
  { letter: 'v', least: -15, most: 15, step: 0.1 },
];

const chart = makeChart();
const errors = make('output', { class: 'network-figures', id: 'network-hand-error' });
const controls = make('div', { class: 'network-neurons' });
const add = button('network-add', 'Add a neuron', () => set([...parameters, ...NEW]));

let parameters = START;
let seen; // the address last followed
let written; // the address that these parameters will have
let points = null;
const load = latest(draw);

export const byHand = {
  name: 'hand',
  title: 'By hand',
  start(panel) {
    panel.append(
      make('div', { class: 'network-words' },
        make('p', {}, 'Each neuron computes v · relu(w · x + b): 0 on one side of its corner at x = −b / w, a straight line on the other. The '
          + 'network is their sum, y = c + Σ v · relu(w · x + b).'),
        make('p', {}, make('b', {}, 'Do: '), 'move the sliders until the thick line follows the dots, and watch the error. With two neurons, '
          + 'try c\u00a0=\u00a06, then w\u00a0=\u00a01, b\u00a0=\u00a00, v\u00a0=\u00a0−5 for the first and w\u00a0=\u00a01, '
          + 'b\u00a0=\u00a0−1, v\u00a0=\u00a010 for the second: the error rises until all are set, and then falls to 0.83. '
          + 'Add a neuron, and Set a good fit: with three corners it is 0.16.'),
        make('p', { class: 'about' }, 'The dots are 41 points of y\u00a0=\u00a05(x\u00a0−\u00a01)²\u00a0+\u00a01; relu(z) is '
          + 'Math.Max(0,\u00a0z). The mean squared error is the mean of (line\u00a0−\u00a0dot)² over the points.')),
      make('div', { class: 'network-columns' },
        make('div', { class: 'network-pictures' }, errors, chart.host),
        make('div', { class: 'network-controls' },
          make('div', { class: 'network-buttons' },
            add, button('network-fit', 'Set a good fit', fit), button('network-again', 'Reset', () => set(START))),
          controls)));
  },
  show() {
    const text = state.chosen[VIEW]?.hand ?? null;
    if (text !== seen) {
      seen = text;
      if (text !== written) {
        const given = chosenList('hand', LIMIT);
        parameters = given && given.length % 3 === 1 && given.length > 1 && given.length <= 1 + 3 * MOST ? given : START;
        build();
      }
    }

    load();
  },
};

const count = () => (parameters.length - 1) / 3;

function set(values) {
  parameters = values;
  build();
  changed();
}

async function fit() {
  try {
    set((await askNetwork('interpolating', { neurons: count() })).parameters);
  } catch (problem) {
    refuse(problem);
  }
}

const refuse = problem => errors.replaceChildren(make('span', { class: 'refused' }, problem.message));

function changed() {
  written = parameters.join() === START.join() ? null : parameters.map(value => Number(value.toFixed(6))).join('_');
  chooseSoon({ hand: written });
  load();
}

// A row of sliders for c and for each neuron.
function build() {
  const field = (place, letter, name, least, most, step) => {
    const one = numberField({
      id: `network-${letter}${place === 0 ? '' : Math.ceil(place / 3)}`, label: letter, name, least, most, step, limit: LIMIT,
      take: value => {
        parameters = parameters.with(place, value);
        changed();
      },
    });
    one.show(parameters[place]);
    return one.element;
  };
  const neuron = index => {
    const remove = make('button', { type: 'button', class: 'plain', 'aria-label': `Remove neuron ${index + 1}`, title: 'Remove' }, '✕');
    remove.hidden = count() === 1;
    remove.addEventListener('click', () => {
      set(parameters.filter((_, place) => place === 0 || Math.floor((place - 1) / 3) !== index));
      add.focus();
    });
    return make('fieldset', { class: `network-neuron network-colour-${index + 1}`, 'aria-label': `Neuron ${index + 1}` },
      make('legend', {}, `Neuron ${index + 1}`, remove),
      ...PARTS.map(({ letter, least, most, step }, part) =>
        field(1 + 3 * index + part, letter, `${letter} of neuron ${index + 1}`, least, most, step)));
  };
  controls.replaceChildren(
    make('fieldset', { class: 'network-neuron network-output' },
      make('legend', {}, 'Output'), field(0, 'c', 'c, the bias of the output', -10, 10, 0.1)),
    ...Array.from({ length: count() }, (_, index) => neuron(index)));
  add.disabled = count() === MOST;
}

async function draw() {
  try {
    points ??= (await askNetwork('points')).points;
    const { curve, lines, meanError, integralError } = await askNetwork('draw', { parameters });
    errors.replaceChildren(
      make('span', {}, 'mean squared error ', make('b', { id: 'network-hand-mean' }, errorText(meanError)), ' over the 41 points'),
      make('span', {}, make('b', { id: 'network-hand-integral' }, errorText(integralError)), ' over all x of [0, 2]'));
    chart.draw({
      label: `The parabola, ${lines.length} ReLUs and their sum. Mean squared error ${errorText(meanError)} over the points.`,
      x: { from: 0, to: 2, name: 'x' },
      y: { ...axis([...curve, ...lines.flat()].map(([, y]) => y), -5, 10, 5, 20), name: 'y' },
      layers: [
        ...lines.map((line, index) => ({ points: line, class: `network-line network-colour-${index + 1}`, text: String(index + 1) })),
        { points, class: 'network-target', dots: 2.6 },
        { points: curve, class: 'network-sum' },
      ],
    });
  } catch (problem) {
    refuse(problem);
  }
}
