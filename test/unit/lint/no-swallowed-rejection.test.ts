import { testRule } from './harness.ts';

testRule('no-swallowed-rejection', {
  valid: [
    { name: 'logged', code: 'export const f = (p) => p.catch((e) => log(e));' },
    { name: 'a value instead', code: 'export const f = (p) => p.catch(() => null);' },
    { name: 'a reason', code: 'export const f = (p) => p.catch(() => { /* best effort */ });' },
    { name: 'a try without await', code: 'export function f(x) { try { g(x); } catch {} }' },
    { name: 'handed on', code: 'export const f = (p, cb) => p.catch((e) => { cb(e); });' },
    {
      name: 'a try with a reason',
      code: 'export async function f(p) { try { await p; } catch { /* it need not be there */ } }',
    },
  ],
  invalid: [
    {
      name: 'a chain',
      code: 'export const f = (p) => p.catch(() => {});',
      lines: [1],
      confidence: 'possible',
    },
    {
      name: 'a try',
      code: 'export async function f(p) {\n  try { await p; }\n  catch {}\n}',
      lines: [3],
      message: 'awaited operation',
    },
    { name: 'a function', code: 'export const f = (p) => p.catch(function () {});', lines: [1] },
    {
      name: 'after other links',
      code: 'export const f = (p) => p.then(a).catch((e) => {}).finally(b);',
      lines: [1],
      message: 'dropped without a look',
    },
    {
      name: 'an await further in',
      code: 'export async function f(xs) {\n  try { for (const x of xs) await g(x); } catch (e) {}\n}',
      lines: [2],
    },
    {
      name: 'both',
      code: 'export async function f(p) {\n  try { await p.catch(() => {}); }\n  catch {}\n}',
      lines: [2, 3],
    },
  ],
});
