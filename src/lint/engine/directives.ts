import type { TSESTree } from '@typescript-eslint/utils';

/** True for a place where a comment switches a rule off. */
export type IsDisabled = (rule: string, line: number, column: number) => boolean;

/**
 * What `eslint-disable` comments of a file say about our rules, and about rules of other plugins that ask the same, as
 * ESLint reads them:
 * https://eslint.org/docs/latest/use/configure/rules#disabling-rules
 */
export function readDirectives(
  comments: readonly TSESTree.Comment[],
  isRule: (name: string) => boolean,
): IsDisabled {
  const spans: Directive[] = [];
  const lines = new Map<number, Directive[]>();
  for (const comment of comments) {
    for (const directive of directivesOf(comment, isRule)) {
      const { kind, line } = directive;
      if (kind === 'line') lines.set(line, [...(lines.get(line) ?? []), directive]);
      else spans.push(directive);
    }
  }
  spans.sort((a, b) => a.line - b.line || a.column - b.column);
  return (rule, line, column) => {
    const concerns = (one: Directive): boolean => one.rule === undefined || one.rule === rule;
    if (lines.get(line)?.some(concerns)) return true;
    const last = spans.findLast(
      (one) => concerns(one) && (one.line < line || (one.line === line && one.column <= column)),
    );
    return last?.kind === 'off';
  };
}

/** True when a comment sets one of our rules itself. */
export function setsRules(comments: readonly TSESTree.Comment[]): boolean {
  return comments.some(
    ({ type, value }) => (type as string) === 'Block' && /^\s*eslint\s[^]*looplens\//.test(value),
  );
}

interface Directive {
  kind: 'off' | 'on' | 'line';
  /** Without `looplens/`; undefined means all. */
  rule: string | undefined;
  line: number;
  /** From 1. */
  column: number;
}

const DIRECTIVE = /^(?:eslint|oxlint)-(disable(?:-next-line|-line)?|enable)(?:\s|$)/;

function directivesOf(
  { type, value, loc }: TSESTree.Comment,
  isRule: (name: string) => boolean,
): Directive[] {
  // After two dashes comes the reason.
  const text = value.split(/\s-{2,}\s/, 1)[0]!.trim();
  const word = DIRECTIVE.exec(text)?.[1];
  if (word === undefined) return [];
  const isLine = word.endsWith('line');
  if (!isLine && (type as string) !== 'Block') return [];
  if (word === 'disable-line' && loc.start.line !== loc.end.line) return [];
  const kind = isLine ? 'line' : word === 'disable' ? 'off' : 'on';
  const line = word === 'disable-next-line' ? loc.end.line + 1 : loc.start.line;
  const at = { kind, line, column: loc.start.column + 1 } as const;
  const names = text
    .replace(DIRECTIVE, '')
    .split(',')
    .map((name) => name.trim().replace(/^(['"]?)(.*)\1$/s, '$2'))
    .filter(Boolean);
  if (names.length === 0) return [{ ...at, rule: undefined }];
  return names.flatMap((name) => [...new Set(oursFor(name))].filter(isRule).map((rule) => ({ ...at, rule })));
}

/** Our rules that a name stands for. Who switches off the same rule of another plugin has thought about the place. */
function oursFor(name: string): readonly string[] {
  const own =
    /^(?:looplens\/|@typescript-eslint\/|(?:eslint-plugin-)?(?:n|node|promise|unicorn)\/)?([\w-]+)$/.exec(
      name,
    )?.[1];
  if (own === undefined) return [];
  if (name === 'no-unsafe-finally') return ['no-return-in-finally'];
  if (name === '@typescript-eslint/no-misused-promises')
    return [own, 'no-async-listener', 'no-async-interval', 'no-async-array-callback'];
  return [own];
}
