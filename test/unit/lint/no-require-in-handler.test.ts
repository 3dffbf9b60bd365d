import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `const http = require('http');\nhttp.createServer((req, res) => {\n  ${body}\n});`;

testRule('no-require-in-handler', {
  valid: [
    {
      name: 'a module of the program itself',
      code: `const app = require('express')(); app.get('/', (req, res) => res.send(require('./page')()));`,
    },
    {
      name: 'at the top',
      code: `const pdf = require('pdfkit');\n${handler('res.end(pdf());')}`,
      file: 'a.js',
    },
    { name: 'in a function that nobody serves', code: `exports.f = () => require('pdfkit');`, file: 'a.js' },
    { name: 'what is loaded already', code: handler(`res.end(require('path').sep);`), file: 'a.js' },
    {
      name: 'a require of our own',
      code: `function serve(require) {\n${handler(`res.end(require('x'));`)}\n}\nserve(f);`,
      file: 'a.js',
    },
  ],
  invalid: [
    {
      name: 'in a function that the handler calls',
      code: `function draw() { return require('pdfkit')(); }\n${handler('res.end(draw());')}`,
      file: 'a.js',
      lines: [1],
    },
    {
      name: 'a file of our own, on request',
      options: [{ own: 'report' }],
      code: handler(`const { report } = require('./report');\n  res.end(report(req.url));`),
      file: 'a.js',
      lines: [3],
    },
    {
      name: 'a package',
      code: handler(`const pdf = require('pdfkit');\n  res.end(pdf());`),
      file: 'a.js',
      lines: [3],
      message: `loads 'pdfkit'`,
      fixed: `const pdf = require('pdfkit');\n${handler(`\n  res.end(pdf());`)}`,
    },
    {
      name: 'a computed name',
      code: handler('res.end(require("./" + req.url)());'),
      file: 'a.js',
      lines: [3],
      message: 'computed',
      fixed: null,
    },
    {
      name: 'a name that another has',
      code: `${handler(`const pdf = require('pdfkit');\n  res.end(pdf());`)}\nfunction g() { const pdf = 1; return pdf; }\ng();`,
      file: 'a.js',
      lines: [3],
      fixed: null,
    },
  ],
});
