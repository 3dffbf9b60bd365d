import { testRule } from './harness.ts';

testRule('no-promise-constructor-wrap', {
  valid: [
    { name: 'a callback', code: 'export const f = (x) => new Promise((resolve) => x.once("end", resolve));' },
    { name: 'unknown', code: 'export const f = (x) => new Promise((resolve) => theirs(x, resolve));' },
    {
      name: 'more than the promise',
      code: 'export const f = (x) => new Promise((resolve) => { setTimeout(resolve, 10); fetch(x).then(resolve); });',
    },
    {
      name: 'a callback inside',
      code: 'export const f = (x) => new Promise((resolve) => { fetch(x).then((y) => y.once("end", () => resolve(1))); });',
    },
    { name: 'a timer', code: 'export const f = () => new Promise((resolve) => setTimeout(resolve, 1));' },
    {
      name: 'another class',
      code: 'export const f = (x) => new Task((resolve, reject) => fetch(x).then(resolve, reject));',
    },
  ],
  invalid: [
    {
      name: 'a catch that settles it, too',
      code: `export const f = (name) => new Promise((resolve) => { import(name).then((one) => { resolve(one); }).catch(() => { resolve(); }); });`,
      lines: [1],
      message: /already\. Return/,
    },
    {
      name: 'without reject',
      code: 'export const f = (x) => new Promise((resolve) => { fetch(x).then((y) => resolve(y.body)); });',
      lines: [1],
      message: 'pending for ever',
      fixed: null,
    },
    {
      name: 'changing nothing',
      code: 'export const f = (x) => new Promise((resolve, reject) => fetch(x).then(resolve, reject));',
      lines: [1],
      fixed: 'export const f = (x) => fetch(x);',
    },
    {
      name: 'changing nothing, in two steps',
      code: 'export const f = (x) => new Promise((resolve, reject) => { fetch(x).then(resolve).catch(reject); });',
      lines: [1],
      fixed: 'export const f = (x) => fetch(x);',
    },
    {
      name: 'a function of the file',
      code: 'async function load() { return await g(); }\nexport const f = () => new Promise((resolve, reject) => { load().then(resolve, reject); });',
      lines: [2],
      fixed: 'async function load() { return await g(); }\nexport const f = () => load();',
    },
    {
      name: 'with a value of its own',
      code: 'export const f = (x) => new Promise((resolve, reject) => fetch(x).then((y) => resolve(y.status)).catch(reject));',
      lines: [1],
      message: 'Return that promise itself',
      fixed: null,
    },
    {
      name: 'returned',
      code: 'export const f = (x) => new Promise((resolve, reject) => { return fetch(x).then(resolve, reject); });',
      lines: [1],
    },
  ],
});
