// The activation functions of a number, as in the program's ActivationFormulas.cs, under the names of config.json.

const steepness = Math.fround(1.702); // in single precision, as the kernels have it

// The share of a number that passes; tanh is no share.
const SHARES = {
  gelu_new: x => 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
  gelu: x => 0.5 * (1 + erf(x / Math.SQRT2)),
  quick_gelu: x => sigmoid(steepness * x),
  relu: x => x > 0 ? 1 : 0,
  silu: x => sigmoid(x),
};

const VALUES = { relu: x => Math.max(x, 0), tanh: x => Math.tanh(x) };

// The value of a function, and the share of the number that it is; null if it is no share.
export function activationOf(name, x) {
  const share = SHARES[name]?.(x) ?? null;
  return { value: VALUES[name] ? VALUES[name](x) : x * share, share };
}

const sigmoid = x => 1 / (1 + Math.exp(-x));

// The error function, by the series in the program's ErrorFunction.cs.
function erf(z) {
  if (Math.abs(z) >= 6) {
    return Math.sign(z);
  }

  let term = z, sum = z;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= 2 * z * z / (2 * n + 1);
    sum += term;
  }

  return 2 / Math.sqrt(Math.PI) * Math.exp(-z * z) * sum;
}
