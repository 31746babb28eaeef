// Numbers as text: in the grid with as many decimals as the sheet's scale calls for, in the formula bar exactly.

const MINUS = '−';
const MASKED = -1e10; // the score of what a token may not see

export const isMasked = value => value === MASKED;

// The shortest digits that give the same float32.
export function exact(value) {
  if (!Number.isFinite(value)) {
    return named(value);
  }

  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) {
      return signed(String(short));
    }
  }

  return signed(String(Number(value.toPrecision(9))));
}

// A number of a sheet whose numbers are at most as large as its scale.
export function rounded(value, scale) {
  if (!Number.isFinite(value)) {
    return named(value);
  }

  if (value === 0) {
    return '0';
  }

  const size = Math.abs(value);
  const decimals = Math.max(0, Math.min(6, 4 - Math.ceil(Math.log10(scale || 1))));
  if (size >= 1e6 || size < 0.5 * 10 ** -decimals) {
    return signed(value.toExponential(size >= 1e6 && size === 10 ** Math.round(Math.log10(size)) ? 0 : 1).replace('e+', 'e'));
  }

  return signed(value.toFixed(decimals));
}

// A figure computed by the server in double, or the name of one that is none.
export function figure(value) {
  if (typeof value === 'string') {
    return value;
  }

  const size = Math.abs(value);
  return signed(size !== 0 && (size >= 1e7 || size < 1e-3) ? value.toExponential(4).replace('e+', 'e') : String(Number(value.toPrecision(7))));
}

// A probability in per cent.
export function percent(value) {
  if (typeof value === 'string') {
    return value;
  }

  const share = value * 100;
  return share === 0 ? '0 %' : share >= 99.995 && share < 100 ? '> 99.99 %'
    : share >= 99 && share < 100 ? `${share.toFixed(2)} %`
    : share >= 0.1 ? `${share.toFixed(1)} %`
    : share >= 0.001 ? `${share.toFixed(3)} %` : signed(`${share.toExponential(0)} %`);
}

// A number that was typed, as float32, with the page's own minus or a decimal comma, too; NaN if it is none or too large.
export function typed(text) {
  const value = Math.fround(text.trim() === '' ? NaN : Number(text.trim().replaceAll(MINUS, '-').replace(',', '.')));
  return Number.isFinite(value) ? value : NaN;
}

const named = value => Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : MINUS + '∞';

const signed = text => text.replaceAll('-', MINUS);
