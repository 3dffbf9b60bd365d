import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from '../source/analysis.ts';
import type { Rule } from '../source/define-rule.ts';

/** What a rule said of a place; lines and columns from 1. The same members as ESLint's message. */
export interface RuleMessage {
  rule: string;
  message: string;
  line: number;
  column: number;
  endLine?: number | undefined;
  endColumn?: number | undefined;
  fix?: Edit | undefined;
  suggestions?: { desc: string; fix: Edit }[] | undefined;
}

interface Edit {
  range: [number, number];
  text: string;
}

type Context = Readonly<TSESLint.RuleContext<string, readonly unknown[]>>;
type Descriptor = Parameters<Context['report']>[0];
type FixFunction = NonNullable<TSESLint.ReportFixFunction>;

/** ESLint's `sourceCode` as far as our rules use it: one for all rules of a file. */
export function createSourceCode({ source }: Analysis): Context['sourceCode'] {
  const comments = source.ast.comments ?? [];
  return {
    ...source,
    getText: (node: TSESTree.Node) => source.text.slice(...node.range),
    getAllComments: () => comments,
    getCommentsInside: ({ range: [start, end] }: TSESTree.Node) =>
      comments.filter(({ range }) => range[0] >= start && range[1] <= end),
  } as unknown as Context['sourceCode'];
}

/** ESLint's context as far as our rules use it. @param said takes what the rule reports */
export function createContext(
  sourceCode: Context['sourceCode'],
  { name, rule, options }: { name: string; rule: Rule; options: readonly unknown[] },
  said: RuleMessage[],
): Context {
  const words = rule.meta.messages;
  const { text } = sourceCode;
  const report = ({ loc, messageId, data, fix, suggest }: Descriptor & { loc?: unknown }): void => {
    const { start, end } = loc as TSESTree.SourceLocation;
    said.push({
      rule: name,
      message: fill(words[messageId] ?? '', data),
      line: start.line,
      column: start.column + 1,
      endLine: end.line,
      endColumn: end.column + 1,
      fix: fix ? editOf(fix, text) : undefined,
      suggestions: suggest?.flatMap((one) => {
        const edit = editOf(one.fix, text);
        return edit ? [{ desc: fill(words[one.messageId] ?? '', one.data), fix: edit }] : [];
      }),
    });
  };
  return { id: `looplens/${name}`, options, settings: {}, sourceCode, report } as unknown as Context;
}

/** Puts values into a message's `{{places}}`. */
const fill = (message: string, data: Readonly<Record<string, unknown>> | undefined): string =>
  message.replace(/\{\{([^{}]+?)\}\}/g, (whole, key: string) => {
    const value = data?.[key.trim()];
    return value === undefined ? whole : `${value as string | number}`;
  });

/** All changes of a fix as one, with what stands between them. */
function editOf(fix: FixFunction, text: string): Edit | undefined {
  const made = fix(FIXER);
  if (!made) return undefined;
  const edits = ('range' in made ? [made] : [...made]) as Edit[];
  if (edits.length === 0) return undefined;
  edits.sort((a, b) => a.range[0] - b.range[0] || a.range[1] - b.range[1]);
  const start = edits[0]!.range[0];
  let end = start;
  let merged = '';
  for (const { range, text: insert } of edits) {
    if (range[0] < end) throw new Error('The changes of a fix overlap.');
    merged += text.slice(end, range[0]) + insert;
    end = range[1];
  }
  return { range: [start, end], text: merged };
}

interface Ranged {
  range: readonly [number, number];
}

const edit = (start: number, end: number, text: string) => ({ range: [start, end] as const, text });

const FIXER = {
  insertTextAfter: ({ range }: Ranged, text: string) => edit(range[1], range[1], text),
  insertTextAfterRange: (range: Ranged['range'], text: string) => edit(range[1], range[1], text),
  insertTextBefore: ({ range }: Ranged, text: string) => edit(range[0], range[0], text),
  insertTextBeforeRange: (range: Ranged['range'], text: string) => edit(range[0], range[0], text),
  remove: ({ range }: Ranged) => edit(range[0], range[1], ''),
  removeRange: (range: Ranged['range']) => edit(range[0], range[1], ''),
  replaceText: ({ range }: Ranged, text: string) => edit(range[0], range[1], text),
  replaceTextRange: (range: Ranged['range'], text: string) => edit(range[0], range[1], text),
} as unknown as TSESLint.RuleFixer;
