// The whole model at a glance: one field for each part, as high as its share of the weights.

import { make } from './dom.js';
import { state } from './state.js';

let fields = [];

// Makes the overview. It repeats what the titles of the map do, for those who point.
export function makeOverview(parts, goTo) {
  const weights = state.session.sheets.filter(sheet => sheet.isWeight);
  fields = parts.map(part => {
    const count = weights.filter(sheet => belongs(sheet, part)).reduce((sum, { rows, columns }) => sum + rows * columns, 0);
    const share = (100 * count / state.session.model.parameters).toFixed(1);
    const element = make('div', { class: 'overview-part', title: `${part.name}: ${count} weights, ${share} % of the model` }, part.name);
    element.style.flexGrow = count;
    element.addEventListener('click', () => goTo(part.sheets[0].name));
    return { part, element };
  });
  return make('div', { class: 'overview', 'aria-hidden': 'true' }, ...fields.map(({ element }) => element));
}

export function showInOverview(current) {
  for (const { part, element } of fields) {
    element.classList.toggle('current', part === current);
  }
}

// wte and wpe belong to the embedding, ln_f and a head of its own to the head.
function belongs(sheet, part) {
  const home = sheet.block !== null ? `h${sheet.block}` : ['model_wte', 'model_wpe'].includes(sheet.name) ? 'embedding' : 'head';
  return home === part.name;
}
