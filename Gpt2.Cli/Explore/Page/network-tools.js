// What the parts of the lesson on neural networks share: a slider with its number, what is chosen, and steps that run by themselves.

import { choose, state } from './state.js';
import { make } from './dom.js';

export const VIEW = 'network';

// Why a run has ended, see ReluDescent.cs.
export const DIVERGED = step => `Diverged: ${step} would lift the loss above 1 000 000, or carry a parameter beyond 1 000 000 000.`;

const PAUSE = 250; // milliseconds before a slider's number is in the address
const VISIBLE_PAUSE = 700; // milliseconds between pictures for those who want no motion

// A number chosen in the view, above 0 if it must be; the standard if it is none.
export function chosenValue(name, standard, most) {
  const value = Number(state.chosen[VIEW]?.[name] ?? NaN);
  return value > 0 && value <= most ? value : standard;
}

// Some numbers chosen in the view, written with _ between them; null if they are none.
export function chosenList(name, most) {
  const values = (state.chosen[VIEW]?.[name] ?? '').split('_').map(text => /^-?\d+(\.\d+)?(e-?\d+)?$/.test(text) ? Number(text) : NaN);
  return values.every(value => Math.abs(value) <= most) ? values : null;
}

let waiting = {}, timer = 0;

// Chooses after a pause, so that a slider that moves does not rewrite the address at every step.
export function chooseSoon(parts) {
  waiting = { ...waiting, ...parts };
  clearTimeout(timer);
  timer = setTimeout(() => state.view === VIEW && chooseNow({}), PAUSE);
}

// Chooses at once, with what waits.
export function chooseNow(parts) {
  clearTimeout(timer);
  const all = { ...waiting, ...parts };
  waiting = {};
  choose(VIEW, all);
}

// A slider and the same number to type, which may be beyond the slider's ends but not beyond the limit. take receives a number.
export function numberField({ id, label, name = label, least, most, step, limit = 1000, take }) {
  const slider = make('input', { type: 'range', id: `${id}-slider`, min: least, max: most, step, 'aria-label': `${name}, slider` });
  const box = make('input', { type: 'number', id, step: 'any', min: -limit, max: limit, 'aria-label': name });
  const read = element => {
    const value = element.value.trim() === '' ? NaN : Number(element.value);
    if (Math.abs(value) <= limit) {
      show(value, element);
      take(value);
    } else {
      show(shown);
    }
  };
  let shown = 0;
  const show = (value, from) => {
    shown = value;
    if (from !== slider) {
      slider.value = value;
    }

    if (from !== box) {
      box.value = Number(value.toFixed(4));
    }
  };
  slider.addEventListener('input', () => read(slider));
  box.addEventListener('input', () => box.value.trim() !== '' && Math.abs(Number(box.value)) <= limit && read(box));
  box.addEventListener('change', () => read(box));
  return { element: make('div', { class: 'network-field' }, make('label', { for: id }, label), slider, box), show };
}

// A whole number to type, with its label.
export function wholeField(id, label, least, most, take) {
  const box = make('input', { type: 'number', id, min: least, max: most, step: 1 });
  box.addEventListener('change', () => take(Math.max(least, Math.min(most, Math.round(Number(box.value)) || least))));
  return { element: make('span', { class: 'network-whole' }, make('label', { for: id }, label), box), box };
}

export function button(id, text, act, kind = 'plain') {
  const element = make('button', { type: 'button', class: kind, id }, text);
  element.addEventListener('click', act);
  return element;
}

// Asks one question at a time. Of those that come in the meantime only the last is asked.
export function latest(ask) {
  let busy = false, next = null;
  return async function go(...given) {
    if (busy) {
      next = given;
      return;
    }

    busy = true;
    try {
      await ask(...given);
    } finally {
      busy = false;
    }

    if (next) {
      const later = next;
      next = null;
      await go(...later);
    }
  };
}

// Steps that run by themselves: one picture at a time, at most one for each frame of the screen. step resolves to whether there is more.
export function makeRun(step, shown) {
  let running = false, turn = 0;
  const frame = () => matchMedia('(prefers-reduced-motion: reduce)').matches
    ? new Promise(resolve => setTimeout(resolve, VISIBLE_PAUSE))
    : new Promise(resolve => requestAnimationFrame(resolve));
  const set = now => {
    running = now;
    shown(running);
  };
  return {
    isRunning: () => running,
    stop: () => running && set(false),
    async start() {
      const mine = ++turn;
      set(true);
      while (running && mine === turn && await step()) {
        await frame();
      }

      if (running && mine === turn) {
        set(false);
      }
    },
  };
}

// Steps in one picture: 1, 10 or 100.
export function paceField(id, standard) {
  const select = make('select', { id }, ...[1, 10, 100].map(count => make('option', { value: count }, String(count))));
  select.value = standard;
  const element = make('span', { class: 'network-whole' }, make('label', { for: id }, 'steps per picture'), select);
  return { element, select, steps: () => Number(select.value) };
}

// An error: small ones with an exponent, such as 8.333e−9.
export function errorText(value) {
  const text = value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(3) : Number(value.toPrecision(4)).toString();
  return text.replaceAll('-', '−');
}

// A parameter or gradient with so many decimals; what rounds to 0 has no sign.
export function decimals(value, count = 4) {
  const text = Math.abs(value) >= 1e5 ? value.toExponential(3).replace('e+', 'e') : value.toFixed(count);
  return (Number(text) === 0 ? text.replace('-', '') : text).replaceAll('-', '−');
}
