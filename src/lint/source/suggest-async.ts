import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Call, Node } from './ast.ts';
import { enclosingFunction, unwrap } from './ast.ts';
import { addImport, needsParentheses } from './edits.ts';
import { promiseForm } from './blocking-apis.ts';
import type { RuleTools } from './define-rule.ts';

/**
 * Suggests the asynchronous form of a blocking call where it gives the same value: directly in an async function,
 * and for functions whose promise resolves to what the blocking form returns.
 */
export function suggestAsyncForm(
  call: Call,
  tools: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  if (call.type !== 'CallExpression' || call.optional || !enclosingFunction(call)?.async) return [];
  if (inParameters(call)) return [];
  const api = tools.analysis.bindings.resolve(call.callee);
  const name = api?.path.length === 1 ? api.path[0]! : '';
  if (api?.module === 'fs') return suggestPromises(call, name, tools);
  if (api && /^(?:crypto|zlib)$/.test(api.module) && PROMISIFIABLE.test(name)) {
    return suggestPromisify(call, name, tools);
  }
  if (api?.module === 'bcrypt') return suggestSameObject(call);
  return [];
}

/** Results of these are the value that their callback gets. */
const PROMISIFIABLE =
  /^(?:pbkdf2|scrypt|generateKeyPair|gzip|gunzip|deflate|inflate|deflateRaw|inflateRaw|unzip|brotliCompress|brotliDecompress)Sync$/;

function suggestPromises(
  call: TSESTree.CallExpression,
  name: string,
  tools: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const plain = promiseForm(name);
  if (!plain || hasUncommonArguments(call, tools)) return [];
  const callee = unwrap(call.callee);
  if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier') {
    const target = `${callee.object.name}.promises.${plain}`;
    return [suggestion(call, `await ${target}()`, (fixer) => [fixer.replaceText(callee, target)])];
  }
  if (callee.type !== 'Identifier' || tools.analysis.bindings.isBound(plain)) return [];
  return [
    suggestion(call, `await ${plain}() of node:fs/promises`, (fixer) => [
      addImport(fixer, plain, 'node:fs/promises', tools.analysis),
      fixer.replaceText(callee, plain),
    ]),
  ];
}

function suggestPromisify(
  call: TSESTree.CallExpression,
  name: string,
  tools: RuleTools<unknown>,
): TSESLint.SuggestionReportDescriptor<string>[] {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') return [];
  // A `promisify` that is bound already may be anything.
  if (tools.analysis.bindings.isBound('promisify') || call.arguments.some((a) => a.type === 'SpreadElement'))
    return [];
  const target = `promisify(${callee.object.name}.${name.replace(/Sync$/, '')})`;
  return [
    suggestion(call, `await ${target}()`, (fixer) => [
      addImport(fixer, 'promisify', 'node:util', tools.analysis),
      fixer.replaceText(callee, target),
    ]),
  ];
}

function suggestSameObject(call: TSESTree.CallExpression): TSESLint.SuggestionReportDescriptor<string>[] {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return [];
  const plain = callee.property.name.replace(/Sync$/, '');
  const { property } = callee;
  return [suggestion(call, `await ${plain}()`, (fixer) => [fixer.replaceText(property, plain)])];
}

function suggestion(
  call: TSESTree.CallExpression,
  form: string,
  rename: (fixer: TSESLint.RuleFixer) => TSESLint.RuleFix[],
): TSESLint.SuggestionReportDescriptor<string> {
  return {
    messageId: 'useAsync',
    data: { form },
    fix: (fixer) => {
      const parenthesize = needsParentheses(call);
      return [
        ...rename(fixer),
        fixer.insertTextBefore(call, parenthesize ? '(await ' : 'await '),
        ...(parenthesize ? [fixer.insertTextAfter(call, ')')] : []),
      ];
    },
  };
}

/** A file descriptor or `throwIfNoEntry` means something else to the promise form. */
function hasUncommonArguments(call: TSESTree.CallExpression, { context }: RuleTools<unknown>): boolean {
  const [first] = call.arguments;
  if (first?.type === 'Literal' && typeof first.value === 'number') return true;
  if (first?.type === 'Identifier' && /^fd|[fF]d$|[dD]escriptor$/.test(first.name)) return true;
  return context.sourceCode.getText(call).includes('throwIfNoEntry');
}

/** `async (x = readFileSync(p)) => {}`: no `await` is allowed there. */
function inParameters(call: Call): boolean {
  const fn = enclosingFunction(call);
  return fn?.params.some((p: Node) => p.range[0] <= call.range[0] && call.range[1] <= p.range[1]) ?? false;
}
