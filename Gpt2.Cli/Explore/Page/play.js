// Walking through the steps in the order of the model, by hand or as a film.

import { change, state, watch } from './state.js';
import { goTo, stepAway } from './navigate.js';
import { find, speak } from './dom.js';

const PAUSE = 2200; // milliseconds: a sentence is read in that time

let timer = 0;

export function startPlay() {
  find('back').addEventListener('click', () => walk(-1));
  find('next').addEventListener('click', () => walk(1));
  find('play').addEventListener('click', toggle);
  find('follow').addEventListener('click', toggleFollow);
  watch(['session', 'sheet', 'playing', 'follow'], show);
}

// Goes some steps on, which ends the film.
export function walk(count) {
  stopFilm();
  go(count);
}

export function toggle() {
  if (state.playing) {
    stopFilm();
  } else if (state.session) {
    change({ playing: true });
    if (!stepAway(1)) {
      goTo(state.session.steps[0].name); // from the end, again from the beginning
    }

    timer = setInterval(() => stepAway(1) ? go(1) : stopFilm(), PAUSE);
  }
}

export const toggleFollow = () => change({ follow: !state.follow });

function stopFilm() {
  clearInterval(timer);
  if (state.playing) {
    change({ playing: false });
  }
}

function go(count) {
  const to = state.session && stepAway(count);
  if (to) {
    goTo(to.name);
    speak(`${to.title}. ${to.sentence}`);
  }
}

function show() {
  const { session, sheet, playing, follow } = state;
  const play = find('play');
  play.textContent = playing ? '❚❚' : '▶';
  play.setAttribute('aria-pressed', playing);
  play.setAttribute('aria-label', playing ? 'Pause' : 'Play');
  find('follow').setAttribute('aria-pressed', follow);
  if (!session) {
    return;
  }

  const at = session.steps.indexOf(sheet);
  find('place').textContent = at < 0 ? 'weight' : `matrix ${at + 1} of ${session.steps.length}`;
  find('back').disabled = at <= 0;
  find('next').disabled = at === session.steps.length - 1;
}
