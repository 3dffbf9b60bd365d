import type { TSESTree } from '@typescript-eslint/utils';
import { operationOf } from '../source/api-calls.ts';
import type { Analysis } from '../source/analysis.ts';
import type { Node } from '../source/ast.ts';
import { contains, enclosingFunction, isFunction, walk } from '../source/ast.ts';
import { beginsByName } from '../source/begins-by-name.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';

/** A look whether a file is there, and then something with it: in between it may have come or gone. */
export default defineRule<{ where: 'serving' | 'any' }>({
  name: 'no-fs-race',
  description: 'Report checks whether a file exists before it is used',
  messages: {
    race: '{{path}} may come or go between this check and {{use}}() in line {{line}}, and the check costs a turn of the disk. {{cure}}',
  },
  options: { where: { enum: ['serving', 'any'] } },
  defaults: { where: 'serving' },
  create({ analysis, options, report }) {
    return {
      CallExpression(call) {
        const check = fsName(call, analysis);
        if (!check || !CHECKS.test(check)) return;
        const when = analysis.reach.when(call).kind;
        const [path] = call.arguments;
        if (when === 'start-up' || analysis.kind === 'command' || !path || !isConditional(call)) return;
        if (options.where === 'serving' && beginsByName(call, analysis)) return;
        if (options.where === 'serving' && when !== 'served' && enclosingFunction(call)?.async !== true)
          return;
        const use = useAfter(call, textOf(path, analysis), analysis);
        if (!use || (options.where === 'serving' && isTried(use))) return;
        const name = fsName(use, analysis)!.replace(/Sync$/, '');
        // A folder that need not be there, and is read when the program begins.
        if (options.where === 'serving' && when !== 'served' && name === 'readdir') return;
        report({
          at: call,
          messageId: 'race',
          data: {
            path: textOf(path, analysis).slice(0, 40),
            use: fsName(use, analysis)!,
            line: String(use.loc.start.line),
            cure: CURES[name] ?? 'Do it and handle ENOENT.',
          },
          detail: { confidence: 'likely' },
        });
      },
    };
  },
});

const CHECKS = /^(?:exists|access|pathExists)(?:Sync)?$/;
const USES =
  /^(?:readFile|open|unlink|rm|rmdir|mkdir|readdir|createReadStream|rename|copyFile|truncate)(?:Sync)?$/;
const CURES: Readonly<Record<string, string>> = {
  mkdir: 'mkdir with { recursive: true } does nothing where the folder is there.',
  unlink: 'Use rm with { force: true }, or remove it and handle ENOENT.',
  rm: 'rm with { force: true } does nothing where there is nothing.',
  readFile: 'Read it and handle ENOENT.',
};

function fsName(call: TSESTree.CallExpression, analysis: Analysis): string | undefined {
  return /^(?:fs|fs\/promises|fs-extra|fs\.promises)\.(?:promises\.)?(\w+)$/.exec(
    operationOf(call, analysis) ?? '',
  )?.[1];
}

/** The answer of `exists` decides, or `access` throws: not where it is only reported. */
function isConditional(call: Node): boolean {
  for (let at = call; at.parent; at = at.parent) {
    const { parent } = at;
    if (
      parent.type === 'IfStatement' ||
      parent.type === 'ConditionalExpression' ||
      parent.type === 'LogicalExpression' ||
      parent.type === 'ExpressionStatement'
    )
      return true;
    if (parent.type === 'VariableDeclarator' || /Function/.test(parent.type)) return false;
  }
  return false;
}

/** What fails is handled where it is used: in a `try` around it. */
function isTried(use: Node): boolean {
  for (let at: Node | undefined = use; at && !isFunction(at); at = at.parent)
    if (at.parent?.type === 'TryStatement' && at.parent.handler && at.parent.block === at) return true;
  return false;
}

/** The next use of the very same path in the same function. */
function useAfter(
  call: TSESTree.CallExpression,
  path: string,
  analysis: Analysis,
): TSESTree.CallExpression | undefined {
  const fn = enclosingFunction(call);
  let found: TSESTree.CallExpression | undefined;
  if (fn) {
    walk(fn.body, analysis.source.visitorKeys, (node) => {
      if (found || node.type !== 'CallExpression' || node.range[0] <= call.range[0] || !node.arguments[0])
        return undefined;
      if (
        USES.test(fsName(node, analysis) ?? '') &&
        textOf(node.arguments[0], analysis) === path &&
        dependsOn(node, call)
      )
        found = node;
      return undefined;
    });
  }
  return found;
}

/** The check decides whether the use comes: it stands in the branch, or after a branch that leaves. */
function dependsOn(use: Node, check: Node): boolean {
  for (let at: Node | undefined = check; at && !isFunction(at); at = at.parent) {
    if (at.type === 'IfStatement') {
      if (contains(at, use)) return true;
      const last = at.consequent.type === 'BlockStatement' ? at.consequent.body.at(-1) : at.consequent;
      return /^(?:Return|Throw|Continue|Break)Statement$/.test(last?.type ?? '');
    }
    if (at.type === 'ConditionalExpression' || at.type === 'LogicalExpression') {
      if (contains(at, use)) return true;
    }
  }
  return true;
}
