// A prediction as a table, and how its ranks differ from another.

import { labelled, make } from './dom.js';
import { percent } from './numbers.js';

// The most probable tokens below a heading. Beside those whose rank is another than in the compared list is what it is there.
export function outcome(heading, tokens, compared = []) {
  const places = new Map(compared.map(({ id, rank }) => [id, rank]));
  return [
    make('h3', {}, heading),
    make('table', {}, make('tbody', {}, ...tokens.map(({ rank, id, label, probability }) => make('tr', {},
      make('td', {}, String(rank)), make('td', {}, ...labelled(label)), make('td', {}, percent(probability)),
      make('td', { class: 'soft' }, compared.length === 0 ? '' : changeOf(rank, places.get(id))))))),
  ];
}

const changeOf = (rank, was) => was === undefined ? 'new' : was === rank ? '' : was > rank ? `↑ from ${was}` : `↓ from ${was}`;
