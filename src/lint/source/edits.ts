import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';

/** Adds an import or require at the top, in the style of the file. */
export function addImport(
  fixer: TSESLint.RuleFixer,
  name: string,
  module: string,
  analysis: Analysis,
): TSESLint.RuleFix {
  const body = analysis.source.ast.body;
  const firstImport = body.find((statement) => statement.type === 'ImportDeclaration');
  if (firstImport) return fixer.insertTextBefore(firstImport, `import { ${name} } from '${module}';\n`);
  return fixer.insertTextBefore(firstStatement(analysis), `const { ${name} } = require('${module}');\n`);
}

/** The first statement that is no directive. */
export function firstStatement({ source }: Analysis): Node {
  const { body } = source.ast;
  return body.find((s) => s.type !== 'ExpressionStatement' || !s.directive) ?? body[0]!;
}

/** The statement of the module that holds a node. */
export function topStatement(node: Node): Node {
  let at = node;
  while (at.parent && at.parent.type !== 'Program') at = at.parent;
  return at;
}

/** The innermost statement that stands in a block and holds a node: where a line can be put before it. */
export function blockStatement(node: Node): Node | undefined {
  for (let at = node; at.parent; at = at.parent) {
    if (/^(?:Program|BlockStatement|StaticBlock)$/.test(at.parent.type)) return at;
    if (/Function/.test(at.type)) return undefined;
  }
  return undefined;
}

/** A name that nothing in the file bears: the wish, or the wish with a number. */
export function freeName(wish: string, analysis: Analysis): string {
  const taken = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(analysis.source.text);
  if (!taken(wish)) return wish;
  let number = 2;
  while (taken(`${wish}${number}`)) number++;
  return `${wish}${number}`;
}

/** Source of a node. */
export const textOf = (node: Node, { source }: Analysis): string => source.text.slice(...node.range);

/** True when a comment stands inside the node: a rewrite would lose it. */
export function hasComments(
  node: Node,
  context: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>,
): boolean {
  return context.sourceCode.getCommentsInside(node).length > 0;
}

/** `await x` binds looser than what surrounds it. */
export function needsParentheses(expression: TSESTree.Expression): boolean {
  const { parent } = expression;
  switch (parent.type) {
    case 'VariableDeclarator':
    case 'ExpressionStatement':
    case 'ReturnStatement':
    case 'AwaitExpression':
    case 'ArrayExpression':
    case 'Property':
    case 'ArrowFunctionExpression':
      return false;
    case 'AssignmentExpression':
      return parent.right !== expression;
    case 'CallExpression':
    case 'NewExpression':
      return parent.callee === expression;
    default:
      return true;
  }
}

/** Inserts `await ` before an expression, with parentheses where they are needed. */
export function insertAwait(fixer: TSESLint.RuleFixer, expression: TSESTree.Expression): TSESLint.RuleFix[] {
  return needsParentheses(expression)
    ? [fixer.insertTextBefore(expression, '(await '), fixer.insertTextAfter(expression, ')')]
    : [fixer.insertTextBefore(expression, 'await ')];
}
