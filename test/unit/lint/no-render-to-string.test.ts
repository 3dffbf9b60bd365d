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
  ],
});
