import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { staticString } from '../source/ast.ts';
import { comesOften } from '../source/comes-often.ts';
import type { RuleTools } from '../source/define-rule.ts';
import { defineRule } from '../source/define-rule.ts';
import { firstStatement, hasComments, textOf } from '../source/edits.ts';

/** `require` reads, compiles and runs a module and all that it needs, before the request goes on. */
export default defineRule<{ own: 'ignore' | 'report' }>({
  name: 'no-require-in-handler',
  description: 'Report modules that are loaded while a request waits',
  messages: {
    literal:
      'The first request loads {{module}} synchronously in {{path}}: reading, compiling and running it and all that it requires blocks the event loop. Require it at the top.',
    computed:
      'require() of a computed name reads and runs a module synchronously in {{path}}. Load the modules at start-up and choose one from a table.',
    hoist: 'Require it at the top.',
  },
  options: { own: { enum: ['ignore', 'report'] } },
  defaults: { own: 'ignore' },
  create(tools) {
    const { analysis, options, report } = tools;
    return {
      CallExpression(call) {
        if (
          call.callee.type !== 'Identifier' ||
          call.callee.name !== 'require' ||
          analysis.bindings.variable(call.callee)
        )
          return;
        const when = analysis.reach.when(call);
        if (when.kind !== 'served' || !comesOften(when) || !call.arguments[0]) return;
        const module = staticString(call.arguments[0]);
        // The program's own modules are most often loaded by then, and are required late because they need each other.
        if (module !== undefined && /^\.{1,2}(?:\/|$)/.test(module) && options.own === 'ignore') return;
        // What every Node program has loaded already.
        if (
          module !== undefined &&
          /^(?:node:)?(?:fs|path|util|events|url|os|assert|buffer|stream|timers|process|crypto|http)$/.test(
            module,
          )
        )
          return;
        report({
          at: call,
          messageId: module === undefined ? 'computed' : 'literal',
          data: { module: `'${module ?? ''}'`, path: [when.label, ...when.path].join(' -> ') },
          detail: { confidence: 'likely', cause: 'module-load' },
          suggest: suggestHoist(call, tools),
        });
      },
    };
  },
});

/** `const x = require('x');` moves to the top where no other variable has the name. */
function suggestHoist(
  call: TSESTree.CallExpression,
  { analysis, context }: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const declarator = call.parent;
  const declaration = declarator.parent;
  if (
    declarator.type !== 'VariableDeclarator' ||
    declarator.id.type !== 'Identifier' ||
    staticString(call.arguments[0]) === undefined
  )
    return [];
  if (
    declaration?.type !== 'VariableDeclaration' ||
    declaration.declarations.length !== 1 ||
    declaration.kind !== 'const'
  )
    return [];
  const { name } = declarator.id;
  const others = analysis.source.scopeManager?.scopes.some(
    (scope) =>
      scope.set.has(name) &&
      scope.set.get(name) !== analysis.bindings.variable(declarator.id as TSESTree.Identifier),
  );
  if (others !== false || hasComments(declaration, context)) return [];
  return [
    {
      messageId: 'hoist',
      data: {},
      fix: (fixer) => [
        fixer.insertTextBefore(firstStatement(analysis), `${textOf(declaration, analysis)}\n`),
        fixer.remove(declaration),
      ],
    },
  ];
}
