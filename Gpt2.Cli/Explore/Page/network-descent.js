// Gradient descent: from a random network, step by step against the gradient, until it fits.

import { DIVERGED, VIEW, button, chooseNow, chosenValue, decimals, errorText, makeRun, paceField, wholeField } from './network-tools.js';
import { axis, makeChart } from './network-chart.js';
import { chosenNumber } from './state.js';
import { make, showMessage, speak } from './dom.js';
import { askNetwork } from './api.js';

const MOST = 50, LAST_STEP = 100000, LARGEST_SEED = 999999999, LARGEST_RATE = 1000, KEPT = 1500;
const STANDARD = { neurons: 16, seed: 1, rate: 0.05 };

const fitChart = makeChart('medium'), lossChart = makeChart('low');
const figures = make('p', { class: 'network-figures', id: 'network-descent-status' });
const refusal = make('p', { class: 'refused', role: 'alert', id: 'network-descent-problem', hidden: true });
const rows = make('tbody', {});
const neurons = wholeField('network-width', 'neurons', 1, MOST, value => chooseNow({ width: value === STANDARD.neurons ? null : value }));
const seed = wholeField('network-seed', 'seed', 0, LARGEST_SEED, value => chooseNow({ seed: value === STANDARD.seed ? null : value }));
const rate = make('input', { type: 'number', id: 'network-rate', min: 0, max: LARGEST_RATE, step: 'any' });
const pace = paceField('network-pace', 10);
const stepButton = button('network-step', 'Step', () => { run.stop(); go(1); });
const runButton = button('network-run', 'Run', () => run.isRunning() ? pause() : run.start(), 'primary');
const run = makeRun(() => go(pace.steps()), isRunning => { runButton.textContent = isRunning ? 'Pause' : 'Run'; });

let points = null;
let begun = ''; // what the run began with
let now = null; // the answer that is shown
let steps = 0, losses = [], every = 1, turn = 0;

export const descent = {
  name: 'descent',
  title: 'Gradient descent',
  start(panel) {
    rate.addEventListener('change', () => chooseNow({ rate: Number(rate.value) === STANDARD.rate ? null : rate.value || null }));
    panel.append(
      make('div', { class: 'network-words' },
        make('p', {}, 'The network begins with random parameters. The gradient says for each of them how the loss, the mean squared error over '
          + 'the 41 points, changes with it. A step goes the other way: new = old − learning rate · gradient.'),
        make('p', {}, make('b', {}, 'Do: '), 'press Step a few times and follow one parameter in the table, then Run. With 16 neurons and rate 0.05 '
          + 'the loss falls below 0.005 within 2000 steps. Try another seed. Then press Reset, and try rate '
          + '0.2, at which neurons die (their ReLU is 0 at every point), and 2, at which the loss explodes.')),
      make('div', { class: 'network-buttons', role: 'group', 'aria-label': 'The run' },
        stepButton, runButton, button('network-reset', 'Reset', reset),
        make('span', { class: 'network-whole' }, make('label', { for: rate.id }, 'learning rate'), rate),
        neurons.element, seed.element, pace.element),
      figures, refusal,
      make('div', { class: 'network-columns' },
        make('div', { class: 'network-pictures' }, fitChart.host, lossChart.host),
        make('div', { class: 'network-table', tabindex: 0, role: 'region', 'aria-label': 'The next step of every parameter' },
          make('table', {},
            make('caption', {}, 'The next step'),
            make('thead', {}, make('tr', {}, make('td', {}),
              ...['value', 'gradient', '−rate · gradient', 'new value'].map(text => make('th', { scope: 'col' }, text)))),
            rows))));
  },
  show() {
    neurons.box.value = widthNow();
    seed.box.value = seedNow();
    rate.value = rateNow();
    const wanted = `${widthNow()} ${seedNow()}`;
    if (wanted !== begun) {
      begun = wanted;
      reset();
    } else if (now && now.rate !== rateNow() && !run.isRunning()) {
      go(0); // the table says what the next step would do at this rate
    }
  },
  hide: () => run.stop(),
};

const widthNow = () => chosenNumber(VIEW, 'width', MOST, STANDARD.neurons) || STANDARD.neurons;

const seedNow = () => chosenNumber(VIEW, 'seed', LARGEST_SEED, STANDARD.seed);

const rateNow = () => chosenValue('rate', STANDARD.rate, LARGEST_RATE);

function pause() {
  run.stop();
  speak(`Step ${steps}, loss ${errorText(now.network.meanError)}`);
}

async function reset() {
  run.stop();
  now = null;
  const mine = ++turn;
  try {
    points ??= (await askNetwork('points')).points;
    const network = await askNetwork('random', { neurons: widthNow(), seed: seedNow() });
    if (mine === turn) {
      now = { network };
      steps = 0;
      losses = [[0, network.meanError]];
      every = 1;
      await go(0);
    }
  } catch (problem) {
    refuse(problem.message);
  }
}

// Some steps; resolves to whether more can follow.
async function go(count) {
  if (!now) {
    return false;
  }

  const mine = ++turn;
  const used = rateNow();
  try {
    const answer = await askNetwork('descend', { parameters: now.network.parameters, rate: used, steps: Math.min(count, LAST_STEP - steps) });
    if (mine !== turn) {
      return run.isRunning(); // a later question has been asked
    }

    now = { ...answer, rate: used };
    answer.losses.forEach((loss, place) => keep(steps + place + 1, loss));
    steps += answer.losses.length;
    show();
    return !answer.hasDiverged && steps < LAST_STEP;
  } catch (problem) {
    refuse(problem.message);
    return false;
  }
}

// The curve has at most so many points: when there are more, every other one goes.
function keep(step, loss) {
  if (step % every === 0) {
    losses.push([step, loss]);
  }

  if (losses.length > KEPT) {
    every *= 2;
    losses = losses.filter(([one]) => one % every === 0);
  }
}

const refuse = message => showMessage(refusal, message);

function show() {
  const { network, next, hasDiverged } = now;
  const count = network.lines.length;
  refuse(hasDiverged
    ? `${DIVERGED(`step ${steps + 1}`)} The learning rate ${rateNow()} is too large: each step goes beyond the valley`
      + ' and higher up on its other side. Take a smaller one and press Reset.'
    : '');
  runButton.disabled = stepButton.disabled = steps === LAST_STEP;
  figures.replaceChildren(
    make('span', {}, 'step ', make('b', { id: 'network-descent-step' }, String(steps))),
    make('span', {}, 'loss ', make('b', { id: 'network-descent-loss' }, errorText(network.meanError))),
    make('span', {}, make('b', {}, `${network.active} of ${count}`), ' neurons are alive',
      network.active < count ? '; one that is 0 at every point has no gradient and learns nothing' : ''));
  const all = losses.at(-1)[0] === steps ? losses : [...losses, [steps, network.meanError]];
  fitChart.draw({
    label: `The parabola, ${count} ReLUs and their sum after ${steps} steps, loss ${errorText(network.meanError)}`,
    x: { from: 0, to: 2, name: 'x' },
    y: { ...axis([...network.curve, ...network.lines.flat()].map(([, y]) => y), -2, 8, 2, 20), name: 'y' },
    layers: [
      ...network.lines.map(line => ({ points: line, class: 'network-line faint' })),
      { points, class: 'network-target', dots: 2.6 },
      { points: network.curve, class: 'network-sum' },
    ],
  });
  const values = all.map(([, loss]) => Math.max(loss, 1e-12));
  lossChart.draw({
    label: `Loss after each step: ${errorText(all[0][1])} at the start, ${errorText(network.meanError)} after ${steps}`,
    x: { from: 0, to: Math.max(10, steps), name: 'step' },
    y: { from: power(Math.floor, Math.min(0.1, ...values)), to: power(Math.ceil, Math.max(10, ...values)), name: 'loss', log: true },
    layers: [{ points: all.map(([step], place) => [step, values[place]]), class: 'network-sum' }],
  });
  fill(next);
}

const power = (round, value) => 10 ** round(Math.log10(value));

// The table keeps its rows while only their numbers change.
function fill(next) {
  if (rows.childElementCount !== next.length) {
    rows.replaceChildren(...next.map(({ name }) => make('tr', {},
      make('th', { scope: 'row' }, name), ...Array.from({ length: 4 }, () => make('td', { class: 'number' })))));
  }

  next.forEach(({ value, gradient, step, after }, place) => [value, gradient, step, after].forEach((number, column) => {
    rows.children[place].children[column + 1].textContent = decimals(number, 6);
  }));
}
