// Prints where numbers of a saved page come from, as the page's own modules compute it. Arguments: the page, the folder of its modules,
// and the numbers, each as SHEET ROW COLUMN.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [page, folder, ...cells] = process.argv.slice(2);
const html = readFileSync(page, 'utf8');
globalThis.document = {
  getElementById: id => ({ textContent: html.match(new RegExp(`id="${id}">([^<]*)<`))[1] }),
};
const address = text => 'data:text/javascript;base64,' + Buffer.from(text).toString('base64');
const pass = address(readFileSync(join(folder, 'saved-pass.js'), 'utf8'));
const { sheetOf } = await import(pass);
const activations = address(readFileSync(join(folder, 'activations.js'), 'utf8'));
const { originOf } = await import(address(readFileSync(join(folder, 'saved-why.js'), 'utf8')
  .replace("'./saved-pass.js'", `'${pass}'`).replace("'./activations.js'", `'${activations}'`)));
console.log(JSON.stringify(cells.map(cell => {
  const [name, row, column] = cell.split(' ');
  return originOf(sheetOf(name), Number(row), Number(column), 5, 'size');
})));
