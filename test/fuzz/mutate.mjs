/** Repeatable random numbers: `random(n)` is 0 to n-1. */
export function numbers(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** A source with a few things changed: most results still parse, and mean something else. */
export function mutate(text, other, random) {
  let lines = text.split('\n');
  const foreign = other.split('\n');
  for (let i = random(4); i >= 0; i--) {
    if (lines.length === 0) lines.push('');
    const at = random(lines.length);
    switch (random(9)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(at, 0, lines[random(lines.length)]);
        break;
      case 2:
        lines.splice(at, 0, ...foreign.slice(random(foreign.length)).slice(0, 5));
        break;
      case 3:
        lines[at] = swap(lines[at], random);
        break;
      case 4:
        lines[at] = lines[at].slice(0, random(lines[at].length + 1));
        break;
      case 5:
        lines.splice(at, 0, SNIPPETS[random(SNIPPETS.length)]);
        break;
      case 6:
        lines[at] = lines[at].replace(/\b(?:const|function|return|=>)/, (word) => WORDS[word] ?? word);
        break;
      case 7:
        lines = `${lines.join('\n')}\n${SNIPPETS[random(SNIPPETS.length)]}`.split('\n');
        break;
      default:
        lines[at] = lines[at].replace(/\w+/g, (word) =>
          random(6) === 0 ? NAMES[random(NAMES.length)] : word,
        );
    }
  }
  return lines.join('\n');
}

function swap(line, random) {
  const words = line.split(/(\W+)/);
  const [a, b] = [random(words.length), random(words.length)];
  [words[a], words[b]] = [words[b], words[a]];
  return words.join('');
}

const WORDS = { const: 'let', function: 'async function', return: 'return await', '=>': '=> void' };
const NAMES =
  'await async then catch Promise fs req res cb this null constructor __proto__ toString hasOwnProperty new.target super arguments on'.split(
    ' ',
  );
const SNIPPETS = [
  'for await (const x of []) { await x; }',
  'new Promise((resolve, reject) => { if (a) resolve(1); else b(reject); });',
  'Promise.all(xs.map(async ({ a = await b, ...c }) => { xs.push(await c); }));',
  'x?.on?.("data", async function* ([, y] = []) { yield* await y; });',
  'class A extends (class { static { this.#p ??= 1; } static #p; }) { constructor() { super(); this.b().then(); } async b() {} }',
  'try { return x.then(y); } finally { break; }',
  'app.get(`/${x}`, async (req, res) => res.send(await fs.promises.readFile(req.query["a"])));',
  'label: for (;;) { switch (1) { default: continue label; } }',
  'const { [await x]: { then: f = () => {} } = {}, ...rest } = require("fs");',
  'setInterval(async () => { n += await g(n); }, 1)',
  'if (x) cb(x); cb(null, ...arguments);',
  '/^(?:a|ab|[^b]|\\w)+$/.test(req.body), new RegExp(req.url, "v");',
  '({ async then() {}, get then() { return 1; }, set then(v) {}, __proto__: null });',
];
