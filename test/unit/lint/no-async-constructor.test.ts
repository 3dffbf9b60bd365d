import { testRule } from './harness.ts';

const code = (body: string): string =>
  `export class A {\n  constructor(x) {\n    ${body}\n  }\n  async init() { await g(); }\n}`;

testRule('no-async-constructor', {
  valid: [
    { name: 'kept', code: code('this.ready = this.init();') },
    { name: 'handled', code: code('this.init().catch(log);') },
    { name: 'a plain call', code: code('this.other(x);') },
  ],
  invalid: [
    {
      name: 'a method',
      code: code('this.init();'),
      lines: [3],
      message: 'init() is begun',
      confidence: 'certain',
    },
    { name: 'a chain', code: code('fetch(x).then((y) => { this.y = y; });'), lines: [3], message: 'fetch()' },
  ],
});
