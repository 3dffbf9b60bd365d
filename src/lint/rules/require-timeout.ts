import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { lastName, propertyName, unwrap } from '../source/ast.ts';
import { GLOBAL } from '../source/bindings.ts';
import { defineRule } from '../source/define-rule.ts';

/** A request to another server that may never answer: whoever waits for it waits as long. */
export default defineRule<{ timeout: number; where: 'served' | 'any' }>({
  name: 'require-timeout',
  description: 'Report outgoing requests without a time limit',
  messages: {
    missing:
      'Nothing limits how long {{name}}() may take: when the other side hangs, this waits minutes or for ever, and the requests that need it pile up. Give it a time limit: {{cure}}.',
    signal: 'Give it AbortSignal.timeout({{ms}}).',
  },
  options: { timeout: { type: 'integer', minimum: 1 }, where: { enum: ['served', 'any'] } },
  defaults: { timeout: 10_000, where: 'served' },
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        const client = clientOf(call, analysis);
        if (!client || analysis.kind === 'command') return;
        const when = analysis.reach.when(call).kind;
        if (when === 'start-up' || (when === 'unknown' && options.where === 'served')) return;
        const given = call.arguments.slice(client.options);
        if (given.length > 1 ? !given.slice(0, 2).every(isUnlimited) : given[0] && !isUnlimited(given[0]))
          return;
        if (isLimitedLater(call, analysis) || hasDefault(client.name, analysis)) return;
        report({
          at: call,
          messageId: 'missing',
          data: { name: client.name, cure: client.cure },
          detail: { confidence: when === 'served' ? 'likely' : 'possible' },
          suggest: client.name === 'fetch' ? suggestSignal(call, options.timeout) : [],
        });
      },
    };
  },
});

interface Client {
  name: string;
  /** Index of the argument with the options. */
  options: number;
  cure: string;
}

function clientOf(call: TSESTree.CallExpression, analysis: Analysis): Client | undefined {
  const api = analysis.bindings.resolve(call.callee);
  const name = api?.path.join('.') ?? '';
  const signal = '{ signal: AbortSignal.timeout(ms) }';
  switch (api?.module) {
    case GLOBAL:
      return name === 'fetch' || name === 'globalThis.fetch'
        ? { name: 'fetch', options: 1, cure: signal }
        : undefined;
    case 'undici':
    case 'node-fetch':
    case 'cross-fetch':
      return /^(?:|fetch|request)$/.test(name)
        ? { name: name || 'fetch', options: 1, cure: signal }
        : undefined;
    case 'axios': {
      if (name === '') return { name: 'axios', options: 0, cure: '{ timeout: ms }' };
      if (/^(?:get|delete|head|options)$/.test(name))
        return { name: `axios.${name}`, options: 1, cure: '{ timeout: ms }' };
      return /^(?:post|put|patch)$/.test(name)
        ? { name: `axios.${name}`, options: 2, cure: '{ timeout: ms }' }
        : undefined;
    }
    case 'http':
    case 'https':
      return /^(?:get|request)$/.test(name)
        ? {
            name: `${api.module}.${name}`,
            options: 0,
            cure: '{ timeout: ms } with a timeout listener, or a signal',
          }
        : undefined;
    default:
      return undefined;
  }
}

/** True for options that are written down and name no limit, and for what can hold no options. */
function isUnlimited(given: Node): boolean {
  const node = unwrap(given);
  if (node.type !== 'ObjectExpression')
    return (
      /^(?:Literal|TemplateLiteral|ArrowFunctionExpression|FunctionExpression)$/.test(node.type) ||
      isUrl(node)
    );
  return node.properties.every(
    (property) =>
      property.type === 'Property' &&
      !/^(?:signal|timeout|bodyTimeout|headersTimeout|dispatcher|agent|cancelToken)$/.test(
        propertyName(property) ?? '',
      ),
  );
}

const isUrl = (node: Node): boolean =>
  (node.type === 'Identifier' && /^(?:url|uri|href|link|target|endpoint)$|Ur[li]$/i.test(node.name)) ||
  (node.type === 'NewExpression' && lastName(node.callee) === 'URL');

/** `req.setTimeout(…)`, `req.on('timeout', …)` on the request that the call made. */
function isLimitedLater(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const { parent } = call;
  if (parent.type === 'MemberExpression' && /^(?:setTimeout|on|once)$/.test(propertyName(parent) ?? ''))
    return true;
  if (parent.type !== 'VariableDeclarator' || parent.id.type !== 'Identifier') return false;
  const uses = analysis.bindings.variable(parent.id)?.references ?? [];
  return uses.some(({ identifier }) => {
    const member = identifier.parent;
    if (member.type !== 'MemberExpression') return false;
    const method = propertyName(member);
    return (
      method === 'setTimeout' ||
      (/^(?:on|once)$/.test(method ?? '') && analysis.source.text.includes("'timeout'"))
    );
  });
}

const hasDefault = (name: string, { source }: Analysis): boolean =>
  name.startsWith('axios')
    ? /axios\.defaults\.timeout/.test(source.text)
    : /setGlobalDispatcher/.test(source.text);

function suggestSignal(
  call: TSESTree.CallExpression,
  ms: number,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const [url, init] = call.arguments;
  const signal = `signal: AbortSignal.timeout(${ms})`;
  if (!url || url.type === 'SpreadElement') return [];
  if (init && init.type !== 'ObjectExpression') return [];
  const last = init?.properties.at(-1);
  return [
    {
      messageId: 'signal',
      data: { ms: String(ms) },
      fix: (fixer) => {
        if (!init) return fixer.insertTextAfter(url, `, { ${signal} }`);
        return last ? fixer.insertTextAfter(last, `, ${signal}`) : fixer.replaceText(init, `{ ${signal} }`);
      },
    },
  ];
}
