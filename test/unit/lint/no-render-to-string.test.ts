import { testRule } from './harness.ts';

testRule('no-render-to-string', {
  valid: [
    {
      name: 'a function of our own',
      code: 'import { renderToString } from "./ours.js";\nexport const f = () => renderToString(1);',
    },
    {
      name: 'at start-up',
      code: 'import { renderToString } from "react-dom/server";\nexport const page = renderToString(1);',
    },
    {
      name: 'a stream',
      code: 'import { renderToPipeableStream as r } from "react-dom/server";\nexport const f = (x) => r(x);',
    },
    {
      name: 'a test',
      file: 'page.test.tsx',
      code: 'import { renderToString } from "react-dom/server";\nexport const f = () => renderToString(1);',
    },
    {
      name: 'a command',
      code: '#!/usr/bin/env node\nimport { renderToString } from "react-dom/server";\nexport const f = () => renderToString(1);',
    },
    { name: 'a name that is not imported', code: 'export const f = (renderToString) => renderToString(1);' },
  ],
  invalid: [
    {
      name: 'in a handler',
      code: 'import { renderToString } from "react-dom/server";\nimport http from "http";\nhttp.createServer((q, s) => s.end(renderToString(q)));',
      lines: [3],
      message: 'piece by piece',
      confidence: 'likely',
    },
    {
      name: 'in a function',
      code: 'import * as React from "react-dom/server";\nexport const f = (x) => React.renderToStaticMarkup(x);',
      lines: [2],
      confidence: 'possible',
    },
    {
      name: 'another library',
      code: 'import { renderToString } from "vue/server-renderer";\nexport const f = (x) => renderToString(x);',
      lines: [2],
      message: 'pipeToNodeWritable',
    },
    {
      name: 'under another name',
      code: 'import { renderToString as html } from "react-dom/server";\nexport const f = (x) => html(x);',
      lines: [2],
    },
    {
      name: 'required',
      code: 'const { renderToString } = require("react-dom/server");\nmodule.exports = (x) => renderToString(x);',
      lines: [2],
    },
    {
      name: 'a timer',
      code: 'import { renderToStaticMarkup } from "react-dom/server";\nsetInterval(() => { save(renderToStaticMarkup(page)); }, 1000);',
      lines: [2],
      confidence: 'likely',
    },
  ],
});
