// A window of a sheet's numbers, as the server sends them: little-endian float32, row after row.

import { ask } from './session.js';

export const rangeQuery = ({ r0, r1, c0, c1 }) => `r0=${r0}&r1=${r1}&c0=${c0}&c1=${c1}`;

// The version is a part of the query; without it, the numbers are those with the edits.
export async function getWindow(sheetName, range, signal, version = '') {
  return numbersOf(await ask(`sheets/${sheetName}/window?${rangeQuery(range)}${version}`, signal));
}

export async function numbersOf(response) {
  const view = new DataView(await response.arrayBuffer());
  return Float32Array.from({ length: view.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
