// The pass that is in this file: unpacked once, before anything asks for it.

// A part of the file, which is base64 of gzip.
async function unpack(id) {
  const text = atob(document.getElementById(id).textContent);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < packed.length; i++) {
    packed[i] = text.charCodeAt(i);
  }

  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Joins the bytes of float32 numbers, of which the lowest ones come first, then the second ones, and so on.
function joined(planes) {
  const count = planes.length / 4;
  const bits = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    bits[i] = planes[i] | planes[count + i] << 8 | planes[2 * count + i] << 16 | planes[3 * count + i] << 24;
  }

  return new Float32Array(bits.buffer);
}

const [json, numbers] = await Promise.all(['saved-json', 'saved-numbers'].map(unpack));

// What the program says about the pass, see SavedBody in C#.
export const pass = JSON.parse(new TextDecoder().decode(json));

const all = joined(numbers);
const sheets = new Map();
let first = 0;
for (const { name, rows, columns, columnAxis, isWeight } of pass.session.sheets) {
  const end = first + rows * columns;
  sheets.set(name, { name, rows, columns, columnAxis, isWeight, numbers: all.subarray(first, end) });
  first = end;
}

// A sheet with all its numbers, row after row; undefined if there is none of that name.
export const sheetOf = name => sheets.get(name);

export const rowOf = ({ numbers: its, columns }, row) => its.subarray(row * columns, (row + 1) * columns);

// What LayerNorm adds to the variance.
export const EPSILON = pass.session.model.epsilon;

// The largest of some numbers, of which NaN is the smallest.
export const maximum = values => values.reduce((most, value) => value > most || Number.isNaN(most) ? value : most, NaN);

// A number as JSON has it, which has no numbers that are not finite.
export const plain = value => Number.isFinite(value) ? value : String(value);
