import { defineRule } from '../source/define-rule.ts';

/** A whole page rendered in one go: the larger the page, the longer the loop stands still. */
export default defineRule({
  name: 'no-render-to-string',
  description: 'Report pages that are rendered to a string on the event loop',
  messages: {
    react:
      '{{name}}() renders the whole page before anything else can run. Use renderToPipeableStream(), which renders and sends it piece by piece.',
    other: '{{name}}() renders the whole page before anything else can run. Use {{instead}}.',
  },
  defaults: {},
  create({ analysis, report }) {
    return {
      CallExpression(call) {
        const api = analysis.bindings.resolve(call.callee);
        const name = api?.path.join('.') ?? '';
        const instead = api && INSTEAD.find(([module, names]) => module.test(api.module) && names.test(name));
        if (!instead || analysis.reach.when(call).kind === 'start-up' || analysis.kind === 'command') return;
        const messageId = instead[2] === '' ? 'react' : 'other';
        const confidence = analysis.reach.when(call).kind === 'served' ? 'likely' : 'possible';
        report({
          at: call,
          messageId,
          data: { name, instead: instead[2] },
          detail: { confidence, cause: 'javascript' },
        });
      },
    };
  },
});

const INSTEAD: readonly [module: RegExp, names: RegExp, instead: string][] = [
  [/^react-dom\/server(?:\.node)?$/, /^renderTo(?:String|StaticMarkup)$/, ''],
  [
    /^preact-render-to-string$/,
    /^(?:|render|renderToString|renderToStaticMarkup)$/,
    'renderToPipeableStream() of preact-render-to-string/stream-node',
  ],
  [/^(?:@vue\/server-renderer|vue\/server-renderer)$/, /^renderToString$/, 'pipeToNodeWritable()'],
  [/^solid-js\/web$/, /^renderToString$/, 'renderToStream()'],
];
