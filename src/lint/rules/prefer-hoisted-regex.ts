import type { TSESLint } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Call, Node } from '../source/ast.ts';
import { enclosingFunction, staticString, unwrap } from '../source/ast.ts';
import { defineRule } from '../source/define-rule.ts';
import { freeName, textOf, topStatement } from '../source/edits.ts';
import { isConstantName } from '../source/origin.ts';
import { loopAround } from '../source/loops.ts';
import { globalName } from '../source/promises.ts';

/** `new RegExp` of the same text again and again: compiled each time, where a constant is compiled once. */
export default defineRule({
  name: 'prefer-hoisted-regex',
  description: 'Report regular expressions that are compiled again and again from the same text',
  messages: {
    again:
      'This regular expression is compiled again {{often}}, though its text never changes. Make it once, outside.',
    hoist: 'Make it once, at the top.',
  },
  defaults: {},
  create({ analysis, report }) {
    const check = (node: Call): void => {
      if (globalName(node.callee, analysis) !== 'RegExp' || !enclosingFunction(node)) return;
      if (!node.arguments.every((argument) => isConstantText(argument, analysis))) return;
      const often = loopAround(node)
        ? 'in every turn of the loop'
        : analysis.reach.when(node).kind === 'served'
          ? 'for every request'
          : undefined;
      if (!often) return;
      report({
        at: node,
        messageId: 'again',
        data: { often },
        detail: { confidence: 'likely', cause: 'regexp' },
        suggest: suggestHoist(node, analysis),
      });
    };
    return { NewExpression: check, CallExpression: check };
  },
});

function isConstantText(node: Node, analysis: Analysis): boolean {
  const plain = unwrap(node);
  if (plain.type === 'TemplateLiteral')
    return plain.expressions.every((part) => isConstantText(part, analysis));
  if (plain.type === 'BinaryExpression')
    return isConstantText(plain.left, analysis) && isConstantText(plain.right, analysis);
  return isConstantName(plain, analysis);
}

/** Not with flags that make it remember where it was (`g`, `y`), nor with names that are declared below. */
function suggestHoist(node: Call, analysis: Analysis): TSESLint.SuggestionReportDescriptor<string>[] {
  const [source, flags] = node.arguments;
  const known = flags === undefined ? '' : staticString(flags);
  if (staticString(source) === undefined || known === undefined || /[gy]/.test(known)) return [];
  const name = freeName('PATTERN', analysis);
  return [
    {
      messageId: 'hoist',
      data: {},
      fix: (fixer) => [
        fixer.insertTextBefore(topStatement(node), `const ${name} = ${textOf(node, analysis)};\n`),
        fixer.replaceText(node, name),
      ],
    },
  ];
}
