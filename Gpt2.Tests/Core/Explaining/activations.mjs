// Prints the page's activation functions of some numbers. Arguments: the module, the names with commas, and the numbers.

import { readFileSync } from 'node:fs';

const [module, names, ...numbers] = process.argv.slice(2);
const { activationOf } = await import('data:text/javascript;base64,' + readFileSync(module).toString('base64'));
console.log(JSON.stringify(Object.fromEntries(
  names.split(',').map(name => [name, numbers.map(number => activationOf(name, Number(number)))]))));
