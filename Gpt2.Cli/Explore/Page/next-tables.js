// What the filters did to the distribution: stage by stage, as a line from 0 to 1 that u falls on, and token by token.

import { labelled, make } from './dom.js';
import { figure, percent } from './numbers.js';
import { shareBar, tokenName } from './charts.js';

// Each filter with how many tokens it leaves, and how much probability it drops.
export function stages({ stages: all, candidates: count }) {
  const stage = (label, kept, dropped) => make('li', { class: 'next-stage' },
    make('b', {}, label),
    make('span', {}, `${kept.toLocaleString('en')} ${kept === 1 ? 'token' : 'tokens'}`),
    make('span', { class: 'about' }, dropped === null ? 'of the model' : dropped > 0 ? `drops ${percent(dropped)}` : 'drops nothing'));
  return make('ol', { class: 'next-stages', 'aria-label': 'Filters in their order' },
    stage('softmax', count, null), ...all.map(({ label, kept, dropped }) => stage(label, kept, dropped)));
}

// The tokens share the numbers from 0 to 1 in the order of their ids; the one at u is drawn.
export function unitLine({ random, tokens, drawn }) {
  if (random === null) {
    return [];
  }

  const kept = tokens.filter(({ final }) => final > 0.01);
  const line = make('div', { class: 'next-line', 'aria-hidden': 'true' }, ...kept.map(token => {
    const part = make('span', { class: `next-part${token.id === drawn ? ' drawn' : ''}`, title: `${token.label} ${percent(token.final)}` },
      ...(token.final > 0.05 ? labelled(token.label) : []));
    part.style.left = `${100 * token.from}%`;
    part.style.width = `${100 * (token.below - token.from)}%`;
    return part;
  }));
  const mark = make('span', { class: 'next-mark' });
  mark.style.left = `${100 * random}%`;
  line.append(mark);
  return [make('div', {},
    make('p', { class: 'about' }, 'The tokens kept share 0 to 1 in the order of their ids; the token under u is drawn.'), line)];
}

export function candidates({ tokens, drawn, stages: all }) {
  const temperature = all.some(({ name }) => name === 'temperature');
  const head = ['rank', 'token', 'logit', 'by the model', '', ...(temperature ? ['with temperature', ''] : []), 'filter', 'drawn with', ''];
  return make('div', { class: 'next-scroll', tabindex: 0, role: 'region', 'aria-label': 'Tokens, most probable first' },
    make('table', {},
      make('thead', {}, make('tr', {}, ...head.map(text => text ? make('th', { scope: 'col' }, text) : make('td', {})))),
      make('tbody', {}, ...tokens.map(token => row(token, token.id === drawn, temperature)))));
}

function row(token, isDrawn, temperature) {
  const number = text => make('td', { class: 'number' }, text);
  const share = value => [number(percent(value)), make('td', { class: 'next-bar' }, shareBar(value))];
  return make('tr', { class: `${token.droppedBy ? 'dropped' : ''}${isDrawn ? ' drawn' : ''}`, 'aria-current': isDrawn && 'true' },
    number(String(token.rank)),
    make('th', { scope: 'row', title: `id ${token.id}` }, ...tokenName(token), isDrawn ? ' ◀' : ''),
    number(figure(typeof token.logit === 'number' ? Math.fround(token.logit) : token.logit)),
    ...share(token.probability),
    ...(temperature ? share(token.tempered) : []),
    make('td', { class: 'next-fate' }, token.droppedBy ? `✗ ${token.droppedBy}` : 'kept'),
    ...(token.droppedBy ? [number(''), make('td', { class: 'next-bar' })] : share(token.final)));
}
