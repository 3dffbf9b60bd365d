import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';

/** True when a comment just before a node, or before the first thing in it, says that the order is meant. */
export function isOrderedOnPurpose(node: Node, { source: { text } }: Analysis): boolean {
  const inside = text
    .slice(node.range[0], Math.min(node.range[1], node.range[0] + 400))
    .split('\n')
    .slice(1, 5);
  return commentAtEnd(linesBefore(node, text))
    .concat(commentAtStart(inside))
    .some((line) => MEANT.test(line));
}

/** True when a comment just before a call, or behind it, says that nobody waits for it on purpose. */
export function isLeftOnPurpose(node: Node, { source: { text } }: Analysis): boolean {
  const end = text.indexOf('\n', node.range[1]);
  const behind = text.slice(node.range[1], end < 0 ? undefined : end);
  return [...commentAtEnd(linesBefore(node, text)), /\/[/*].*/.exec(behind)?.[0] ?? ''].some((line) =>
    LEFT.test(line),
  );
}

const LEFT =
  /\b(?:do(?: not|n'?t|es(?: not|n'?t)) (?:need to )?(?:be )?(?:a?wait|block)|no need to (?:a?wait|be awaited)|not? (?:be )?await(?:ed|ing)?|do(?: not|n'?t) care|without (?:a?wait|block)ing|fire[- ](?:and|&)[- ]forget|in (?:the )?background|JSIgnoredPromise\w+|no-floating-promises)/i;

function linesBefore(node: Node, text: string): string[] {
  return text
    .slice(Math.max(0, node.range[0] - 1200), node.range[0])
    .split('\n')
    .slice(-12, -1);
}

const MEANT =
  /\bsequen|\bserial(?!iz)|in series|one (?:at a time|by one|after)|in (?:that |this |strict )?order\b|not (?:in )?parallel|avoid (?:parallel|concurren)|rate limit|don't use promise\.all/i;

const IS_COMMENT = /^\s*(?:\/\/|\/?\*)/;

function commentAtEnd(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => !IS_COMMENT.test(line));
  return lines.slice(last + 1);
}

function commentAtStart(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => !IS_COMMENT.test(line));
  return lines.slice(0, first < 0 ? lines.length : first);
}
