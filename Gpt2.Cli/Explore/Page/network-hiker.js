// The hiker: the loss of two parameters as a landscape with contour lines, and gradient descent as a walk downhill.

import {
  DIVERGED, VIEW, button, chooseNow, chooseSoon, chosenList, chosenValue, decimals, errorText, makeRun, numberField, paceField,
} from './network-tools.js';
import { state } from './state.js';
import { make, shape, showMessage, speak } from './dom.js';
import { makeChart } from './network-chart.js';
import { LANDS } from './network-lands.js';
import { askNetwork } from './api.js';
import { showHeat } from './network-heat.js';

const LIMIT = 1000, LARGEST_RATE = 1000, KEPT = 2000, NEAR = 1 / 300, ARRIVED = 1e-5;
const RATE = 'hiker-rate'; // the learning rate in the address, where the other part has its own

const overlay = shape('g', {});
const canvas = make('canvas', { class: 'network-heat', 'aria-hidden': 'true' });
const map = makeChart('land', placed);
const fitChart = makeChart('low');
const choice = make('select', { id: 'network-land' }, ...LANDS.map(land => make('option', { value: land.name }, land.title)));
const words = make('p', {});
const readout = make('div', { class: 'network-readout', id: 'network-readout' });
const fields = make('div', { class: 'network-place' });
const refusal = make('p', { class: 'refused', role: 'alert', hidden: true });
const rate = make('input', { type: 'number', id: 'network-hiker-rate', min: 0, max: LARGEST_RATE, step: 'any' });
const pace = paceField('network-hiker-pace', 1);
const runButton = button('network-walk', 'Run', () => run.isRunning() ? run.stop() : run.start(), 'primary');
const run = makeRun(() => go(pace.steps()), isRunning => { runButton.textContent = isRunning ? 'Pause' : 'Run'; });

let points = null, land = null, seen, written, places = [], heights = null, scale = null;
let trail = []; // places walked, with the loss
let now = null; // the last answer
let walked = 0, turn = 0;

export const hiker = {
  name: 'hiker',
  title: 'The hiker',
  start(panel) {
    choice.addEventListener('change', () => chooseNow({ land: choice.value === LANDS[0].name ? null : choice.value, at: null, [RATE]: null }));
    rate.addEventListener('change', () => chooseNow({ [RATE]: Number(rate.value) === land.rate ? null : rate.value || null }));
    map.host.prepend(canvas);
    Object.entries({ tabindex: 0, role: 'application', 'aria-roledescription': 'landscape', 'aria-describedby': readout.id })
      .forEach(([name, value]) => map.host.setAttribute(name, value));
    map.host.addEventListener('keydown', onKey);
    map.host.addEventListener('pointerdown', onPointer);
    panel.append(
      make('div', { class: 'network-words' },
        make('p', {}, 'The ground is two parameters, the height is the loss: the deeper the colour, the higher. A line joins places of the same '
          + 'height. The hiker sees nothing but the slope under his feet, the gradient: the arrow, which points uphill. He steps the other way.'),
        words,
        make('p', {}, make('b', {}, 'Do: '), 'put him anywhere with a click or the arrow keys (with Shift in small steps), then Run. Enter is '
          + 'one step.')),
      make('div', { class: 'network-buttons', role: 'group', 'aria-label': 'The walk' },
        make('span', { class: 'network-whole' }, make('label', { for: choice.id }, 'landscape'), choice),
        button('network-stride', 'Step', () => { run.stop(); go(1); }), runButton,
        button('network-back', 'Reset', reset),
        make('span', { class: 'network-whole' }, make('label', { for: rate.id }, 'learning rate'), rate), pace.element),
      refusal,
      make('div', { class: 'network-columns' }, map.host, make('div', { class: 'network-side' }, fields, readout, fitChart.host)));
  },
  show() {
    const wanted = LANDS.find(one => one.name === state.chosen[VIEW]?.land) ?? LANDS[0];
    const at = state.chosen[VIEW]?.at ?? null;
    if (wanted !== land) {
      enter(wanted);
    }

    rate.value = rateNow();
    if (at !== seen) {
      seen = at;
      if (at !== written) {
        written = at;
        const given = chosenList('at', LIMIT);
        put(given?.length === 2 ? given : land.at);
      }
    }
  },
  hide: () => run.stop(),
};

const rateNow = () => chosenValue(RATE, land.rate, LARGEST_RATE);

function enter(other) {
  run.stop();
  land = other;
  seen = written = undefined;
  heights = null;
  choice.value = land.name;
  words.textContent = land.words;
  pace.select.value = land.pace;
  const [first, second] = land.names;
  map.host.setAttribute(
    'aria-label', `Landscape of the loss, ${first} across and ${second} up. Arrow keys move the hiker, Enter steps downhill.`);
  places = land.names.map((letter, place) => numberField({
    id: `network-at-${letter}`, label: letter, name: `${letter}, where the hiker stands`, least: land.from[place], most: land.to[place],
    step: (land.to[place] - land.from[place]) / 100, limit: LIMIT, take: value => move(trail.at(-1).with(place, value)),
  }));
  fields.replaceChildren(...places.map(({ element }) => element));
  const { parameters, across, up, from, to } = land;
  askNetwork('landscape', { parameters, across, up, from, to }).then(answer => {
    if (land === other) {
      heights = answer;
      show();
    }
  }, problem => refuse(problem.message));
}

// Puts the hiker somewhere, and keeps that in the address.
function move([first, second]) {
  const at = [first, second].map(value => Number(value.toFixed(4)));
  written = at.join('_');
  chooseSoon({ at: written });
  put(at);
}

function reset() {
  written = null;
  chooseSoon({ at: null });
  put(land.at);
}

function put(at) {
  run.stop();
  trail = [[...at, NaN]];
  walked = 0;
  now = null;
  go(0, at);
}

// Some steps downhill; resolves to whether there are more.
async function go(count, at = trail.at(-1).slice(0, 2)) {
  const mine = ++turn;
  const { parameters, across, up } = land;
  try {
    points ??= (await askNetwork('points')).points;
    const answer = await askNetwork('walk', { parameters, across, up, at, rate: rateNow(), steps: count });
    if (mine !== turn) {
      return run.isRunning();
    }

    now = answer;
    walked += answer.trail.length - 1;
    trail = [...trail.slice(0, -1), ...answer.trail];
    trail = thinned(trail);
    show();
    const hasArrived = Math.hypot(...answer.gradient) < ARRIVED;
    if (hasArrived && count) {
      speak(`${verdict(...answer.gradient)} Loss ${errorText(trail.at(-1)[2])}`);
    }

    return !answer.hasDiverged && !hasArrived;
  } catch (problem) {
    refuse(problem.message);
    return false;
  }
}

const refuse = message => showMessage(refusal, message);

// Places closer together than one sees are left out, except for the last.
function thinned(places) {
  const kept = places.slice(0, 1);
  const isFar = (one, other) => Math.hypot(...[0, 1].map(axis => (one[axis] - other[axis]) / (land.to[axis] - land.from[axis]))) > NEAR;
  for (const place of places.slice(1, -1)) {
    if (isFar(kept.at(-1), place)) {
      kept.push(place);
    }
  }

  return [...kept, ...places.slice(1).slice(-1)].slice(-KEPT);
}

function onKey(event) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
  const part = event.shiftKey ? 200 : 40;
  if (way) {
    move(way.map((sign, place) => {
      const { [place]: least } = land.from, { [place]: most } = land.to;
      return Math.max(least, Math.min(most, trail.at(-1)[place] + sign * (most - least) / part));
    }));
  } else if (event.key === 'Enter') {
    run.stop();
    go(1);
  } else {
    return;
  }

  event.preventDefault();
  event.stopPropagation();
}

function onPointer(event) {
  const { left, top } = map.host.getBoundingClientRect();
  const at = scale?.valueAt(event.clientX - left, event.clientY - top);
  if (at && at.every((value, place) => value >= land.from[place] && value <= land.to[place])) {
    move(at);
  }
}

function show() {
  if (!now || !land) {
    return;
  }

  const [first, second, loss] = trail.at(-1);
  places.forEach((field, place) => field.show(trail.at(-1)[place]));
  refuse(now.hasDiverged ? `${DIVERGED('the next step')} The learning rate ${rateNow()} is too large.` : '');
  map.draw({
    label: `Loss ${errorText(loss)} at ${land.names[0]} = ${decimals(first)}, ${land.names[1]} = ${decimals(second)}`,
    x: { from: land.from[0], to: land.to[0], name: land.names[0] },
    y: { from: land.from[1], to: land.to[1], name: land.names[1] },
    layers: [],
  });
  const [byFirst, bySecond] = now.gradient, [nearFirst, nearSecond] = now.differences;
  const line = (letter, gradient, near) => make('p', {}, `∂L/∂${letter} = `, make('b', {}, decimals(gradient)), make('br'),
    make('span', { class: 'about' }, `(L(${letter} + h) − L(${letter} − h)) / 2h = ${decimals(near)}`));
  readout.replaceChildren(
    make('p', {}, 'loss L = ', make('b', { id: 'network-hiker-loss' }, errorText(loss)), ` after ${walked} step${walked === 1 ? '' : 's'}`),
    line(land.names[0], byFirst, nearFirst), line(land.names[1], bySecond, nearSecond),
    make('p', { class: 'about' }, verdict(byFirst, bySecond)));
  fitChart.draw({
    label: `The parabola, and the network where the hiker stands, loss ${errorText(loss)}`,
    x: { from: 0, to: 2, name: 'x' },
    y: { from: -4, to: 12, name: 'y' },
    layers: [{ points, class: 'network-target', dots: 2 }, { points: now.network.curve, class: 'network-sum' }],
  });
}

function verdict(byFirst, bySecond) {
  const size = Math.hypot(byFirst, bySecond);
  return size === 0 ? 'It is flat here, and no step leads away.'
    : size < ARRIVED ? 'He has arrived: the gradient is almost 0.'
    : now.isAtCorner ? 'A corner of the network lies on one of the points. The loss has a kink there: the two ways to compute its slope may differ.'
    : `Bold: by the chain rule. Below it: checked by moving a little to both sides, h = ${now.h}.`;
}

// What lies over the map: contour lines, the way, the arrow, the hiker.
function placed(drawn) {
  scale = drawn;
  if (!now) {
    return; // the answer for a new place is on its way
  }

  const svg = map.host.querySelector('svg');
  overlay.setAttribute('clip-path', `url(#${svg.querySelector('clipPath').id})`);
  svg.append(overlay);
  showHeat({ canvas, overlay, scale, land, heights, trail, gradient: now.gradient });
}
