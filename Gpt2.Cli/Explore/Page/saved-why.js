// Where a number comes from, computed from the numbers in this file. What a matrix is computed from, and by which operation, is in the
// file; here is what each operation does with its sources, as in the program's Origins.cs.

import { activationOf } from './activations.js';
import { EPSILON, maximum, pass, plain, rowOf, sheetOf } from './saved-pass.js';

const { tokens, model } = pass.session;

const OPERATIONS = {
  LookUp: c => only(cell(c.sources[0], tokens[c.row].id, c.column)),
  Copy: c => only(cell(c.sources[0], c.row, c.matrix.firstColumn + c.column)),
  Sum: c => sum(c.sources.map(source => alone(cell(source, c.row, c.column))), (one, other) => `${shown(one)} + ${inside(other)}`),
  Scaling: c => {
    const [source, gain, bias] = c.sources;
    const terms = [product(cell(source, c.row, c.column), cell(gain, 0, c.column)), alone(cell(bias, 0, c.column))];
    const [{ source: x, factor }] = terms;
    return sum(terms, (_, added) => `${shown(x.value)} × ${inside(factor.value)} + ${inside(added)}`);
  },
  DotProduct: c => {
    const [source, weights] = c.sources;
    const weight = c.sheet.columnAxis === 'Vocabulary' ? k => cell(weights, c.column, k) : k => cell(weights, k, c.column);
    return products(c, source.columns, k => product(cell(source, c.row, k), weight(k)));
  },
  ScaledDotProduct: c => {
    const [queries, keys] = c.sources;
    const { head, token } = placeOf(c);
    const { divisor, divisorName } = c.matrix, first = head * model.headSize;
    if (token > c.row) {
      return masked(c, token);
    }

    const terms = Array.from({ length: model.headSize }, (_, k) => product(cell(queries, c.row, first + k), cell(keys, token, first + k), divisor));
    return {
      terms, recomputed: added(terms), figures: divisorName ? { [divisorName]: divisor } : {},
      inNumbers: shown(divisor * added(terms)) + (divisorName ? ` / ${shown(divisor)}` : ''),
    };
  },
  WeightedSum: c => {
    const [shares, values] = c.sources;
    const first = Math.floor(c.column / model.headSize) * tokens.length;
    return products(c, c.row + 1, token => product(cell(shares, c.row, first + token), cell(values, token, c.column)));
  },
  Normalisation: normalised,
  Softmax: softmax,
  Gelu: c => {
    const source = cell(c.sources[0], c.row, c.column);
    const { value, share } = activationOf(model.activation, source.value);
    return {
      terms: [term(source, null, value)], recomputed: value, figures: share === null ? {} : { 'share that passes': share },
      inNumbers: withNumber(c.matrix.inNumbers, source.value),
    };
  },
};

// The origin of a number, or that it was learned: with so many terms, those with the largest contributions or the first columns.
export function originOf(sheet, row, column, top, order) {
  const here = placed(cell(sheet, row, column));
  const matrix = pass.matrices.find(({ name }) => name === sheet.name);
  if (!matrix) {
    return { cell: here, usedBy: pass.matrices.filter(({ sources }) => sources.includes(sheet.name)).map(({ name }) => name) };
  }

  const origin = OPERATIONS[matrix.operation]({ sheet, matrix, row, column, sources: matrix.sources.map(sheetOf) });
  const { terms, operation = matrix.operation, inNumbers, recomputed, figures = {} } = origin;
  const ordered = order === 'columns' ? terms : [...terms].sort((one, other) => sizeOf(other) - sizeOf(one) || 0); // ∞ − ∞ is NaN
  const listed = ordered.filter((one, place) => place < top || one.isOwn);
  const rest = listed.length === terms.length ? 0 : added(terms) - added(listed);
  return {
    cell: here, operation, formula: matrix.formula, words: matrix.words, inNumbers, recomputed: plain(recomputed),
    figures: Object.entries(figures).map(([name, value]) => ({ name, value: plain(value) })),
    count: terms.length, terms: listed.map(finished), rest: plain(rest),
    largest: terms.length ? plain(maximum(terms.map(({ contribution }) => Math.abs(contribution)))) : 0,
    method: matrix.method, source: pass.methods[matrix.method], isEdited: false,
  };
}

const cell = (sheet, row, column) => ({ sheet, row, column, value: sheet.numbers[row * sheet.columns + column] });

const placed = ({ sheet, row, column, value }) => ({ sheet: sheet.name, row, column, value: plain(value) });

const term = (source, factor, contribution, share = null, isOwn = false) => ({ source, factor, contribution, share, isOwn });

const alone = source => term(source, null, source.value);

const product = (left, right, divisor = 1) => term(left, right, left.value * right.value / divisor);

// NaN comes last.
const sizeOf = ({ contribution }) => Number.isNaN(contribution) ? -1 : Math.abs(contribution);

const added = terms => terms.reduce((total, { contribution }) => total + contribution, 0);

const finished = ({ source, factor, contribution, share, isOwn }) => ({
  source: placed(source), factor: factor && placed(factor), label: labelOf(source), contribution: plain(contribution),
  share: share === null ? null : plain(share), isOwn,
});

// The token that a number's column stands for; null if it is none.
function labelOf({ sheet, column }) {
  return sheet.isWeight ? null
    : sheet.columnAxis === 'Vocabulary' ? pass.labels[column]
    : sheet.columnAxis === 'HeadsAndTokens' ? tokens[column % tokens.length].label : null;
}

const only = source => sum([alone(source)], shown);

const sum = (terms, write) => ({ terms, recomputed: added(terms), inNumbers: write(...terms.map(({ contribution }) => contribution)) });

const placeOf = ({ column }) => ({ head: Math.floor(column / tokens.length), token: column % tokens.length });

// Products, and the bias if there is one.
function products({ sources: [, , bias], column }, count, makeOne) {
  const terms = Array.from({ length: count }, (_, k) => makeOne(k));
  const total = shown(added(terms));
  const inNumbers = count === 1 ? total : `${total} from ${count} products`;
  if (!bias) {
    return { terms, recomputed: added(terms), inNumbers };
  }

  const last = alone(cell(bias, 0, column));
  terms.push(last);
  return { terms, recomputed: added(terms), inNumbers: `${inNumbers} + ${inside(last.contribution)} from the bias` };
}

// The mask sets the number, whatever it is.
function masked(c, token) {
  const { value } = cell(c.sheet, c.row, c.column);
  return {
    operation: 'Mask', terms: [], recomputed: value, figures: { masked: value },
    inNumbers: `${shown(value)}: token ${token} comes after token ${c.row}, which must not see it`,
  };
}

function normalised(c) {
  const [source] = c.sources;
  const row = Array.from(rowOf(source, c.row)), count = row.length;
  const mean = row.reduce((total, x) => total + x, 0) / count;
  const variance = row.reduce((total, x) => total + (x - mean) ** 2, 0) / count;
  const deviation = Math.sqrt(variance + EPSILON), own = row[c.column];
  return {
    terms: row.map((x, column) => term(
      cell(source, c.row, column), null, ((column === c.column ? 1 : 0) - 1 / count) * x / deviation,
      variance > 0 ? (x - mean) ** 2 / (count * variance) : 0, column === c.column)),
    recomputed: (own - mean) / deviation,
    figures: { mean, variance, '√(variance + ε)': deviation },
    inNumbers: `(${shown(own)} − ${inside(mean)}) / √(${shown(variance)} + ${EPSILON >= 1e-6 ? EPSILON.toFixed(12).replace(/0+$/, '') : shown(EPSILON)})`,
  };
}

// Over the vocabulary, or over the tokens that a row sees in a head.
function softmax(c) {
  const [source] = c.sources;
  const isOverHeads = c.sheet.columnAxis === 'HeadsAndTokens';
  const { head, token } = placeOf(c);
  if (isOverHeads && token > c.row) {
    return masked(c, token);
  }

  const first = isOverHeads ? head * tokens.length : 0;
  const cells = Array.from({ length: isOverHeads ? c.row + 1 : source.columns }, (_, place) => cell(source, c.row, first + place));
  const max = maximum(cells.map(({ value }) => value));
  const powers = cells.map(({ value }) => Math.exp(value - max));
  const total = powers.reduce((all, power) => all + power, 0), own = c.column - first;
  return {
    terms: cells.map((one, place) => term(one, null, powers[place], powers[place] / total, place === own)),
    recomputed: powers[own] / total,
    figures: { max, 'Σ e^(x − max)': total },
    inNumbers: `e^(${shown(cells[own].value)} − ${inside(max)}) / ${shown(total)}`,
  };
}

// A number for a formula, with five significant digits.
function shown(value) {
  const [digits, power] = value.toExponential(4).split('e');
  const exponent = Number(power);
  const text = !Number.isFinite(value) ? String(value)
    : exponent > -5 && exponent < 5 ? String(Number(value.toPrecision(5)))
    : `${Number(digits)}E${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return text.replaceAll('-', '−');
}

// The same after another number: a negative one in parentheses.
const inside = value => value < 0 ? `(${shown(value)})` : shown(value);

// A formula into which a number is put, see the program's VariantFormulas.cs.
const withNumber = (formula, x) =>
  formula.replaceAll('{x}', shown(x)).replaceAll('{(x)}', inside(x)).replaceAll('{−x}', shown(-x));
