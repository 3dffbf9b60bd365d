import { testRule } from './harness.ts';

const code = (body: string): string =>
  `export class A {\n  constructor(x) {\n    ${body}\n  }\n  async init() { await g(); }\n}`;

testRule('no-async-constructor', {
  valid: [
    {
      name: 'a method that is bound, not called',
      code: 'export class A {\n  constructor() { this.init.bind(this); }\n  async init() { await g(); }\n}',
    },
    {
      name: 'a program that logs what nobody handles',
      code: `process.on('unhandledRejection', console.error);\nexport class A { constructor() { this.init(); } async init() { await g(); } }`,
    },
    {
      name: 'an object that says when it is ready',
      code: 'export class A {\n  constructor() { this.init(); }\n  async init() { await g(); this.emit("ready"); }\n  whenReady() { return once(this, "ready"); }\n}',
    },
    { name: 'kept', code: code('this.ready = this.init();') },
    { name: 'handled', code: code('this.init().catch(log);') },
    { name: 'a plain call', code: code('this.other(x);') },
    {
      name: 'handled by a second function',
      code: 'export class A {\n  constructor(x) { fetch(x).then(ok, failed); }\n}',
    },
    {
      name: 'in a static function',
      code: 'export class A {\n  static async make() { const a = new A(); await a.init(); return a; }\n  async init() { await g(); }\n}',
    },
    {
      name: 'in a function that runs later',
      code: 'export class A {\n  constructor() { on("x", () => { this.init(); }); }\n  async init() { await g(); }\n}',
    },
    {
      name: 'what never rejects',
      code: 'export class A {\n  constructor() { this.look(); }\n  async look() { try { await g(); } catch { this.x = 1; } }\n}',
    },
  ],
  invalid: [
    {
      name: 'a program that logs what nobody handles, where that is asked for',
      code: `process.on('unhandledRejection', console.error);\nexport class A { constructor() { this.init(); } async init() { await g(); } }`,
      options: [{ survived: 'report' }],
      lines: [2],
    },
    {
      name: 'a flag, which nobody can wait for',
      code: 'export class A {\n  ready = false;\n  constructor() { this.init(); }\n  async init() { await g(); this.ready = true; }\n}',
      lines: [3],
    },
    {
      name: 'a method',
      code: code('this.init();'),
      lines: [3],
      message: 'init() is begun',
      confidence: 'certain',
    },
    { name: 'a chain', code: code('fetch(x).then((y) => { this.y = y; });'), lines: [3], message: 'fetch()' },
    {
      name: 'a private method',
      code: 'export class A {\n  constructor() { this.#load(); }\n  async #load() { await g(); }\n}',
      lines: [2],
      message: '#load() is begun',
    },
    {
      name: 'a function of the file',
      code: 'async function warm() { await g(); }\nexport class A { constructor() { warm(); } }',
      lines: [2],
      confidence: 'certain',
    },
    {
      name: 'a finally handles nothing',
      code: 'export class A {\n  constructor(x) { fetch(x).finally(() => g()); }\n}',
      lines: [2],
      message: 'fetch()',
      confidence: 'likely',
    },
    {
      name: 'one of the language',
      code: 'export class A {\n  constructor(xs) { Promise.all(xs); }\n}',
      lines: [2],
      message: 'all()',
    },
  ],
});
