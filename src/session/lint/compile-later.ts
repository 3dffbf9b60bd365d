import { setFlagsFromString } from 'node:v8';

/**
 * Lets V8 optimise a function after nine times as much work as usual, in all threads to come. Linting runs much code for
 * a second or two: what its optimised form saves then is less than what making it costs. V8 12 (Node 22) has a cheaper
 * compiler in between and wants no help.
 */
export function compileLater(): void {
  if (Number.parseInt(process.versions.v8) < 12) setFlagsFromString('--interrupt-budget=600000');
}
