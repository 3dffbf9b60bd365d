import type { Reading } from './analysis.ts';
import type { Node } from './ast.ts';
import { isFunction, propertyName, someNode } from './ast.ts';

/**
 * True for code that only works in a web page, in a file that has code for Node, too: a function or class around it uses
 * what pages alone have. `page.evaluate(() => document.title)` sends a function there; `class BrowserServer` is made there.
 */
export function isForPages(node: Node, { source, bindings }: Pick<Reading, 'source' | 'bindings'>): boolean {
  if (!PAGE.test(source.text)) return false;
  const isOfPages = (inner: Node): boolean =>
    inner.type === 'MemberExpression' &&
    inner.object.type === 'Identifier' &&
    OBJECTS[inner.object.name]?.test(propertyName(inner) ?? '') === true &&
    !bindings.isBound(inner.object.name);
  for (let up: Node | undefined = node; up; up = up.parent) {
    const bodies = bodiesOf(up);
    if (bodies.length === 0 || ASKS.test(source.text.slice(...up.range))) continue;
    if (bodies.some((body) => someNode(body, source.visitorKeys, isOfPages, 'own'))) return true;
  }
  return false;
}

/** What runs in a function itself, or in the methods of a class: functions within may be sent elsewhere. */
function bodiesOf(node: Node): Node[] {
  if (isFunction(node)) return [node.body];
  if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return [];
  return node.body.body.flatMap((member) =>
    member.type === 'MethodDefinition' && member.value.body ? [member.value.body] : [],
  );
}

/** What only pages and their workers have. */
const OBJECTS: Readonly<Record<string, RegExp>> = {
  navigator: /^serviceWorker$/,
  window: /^(?:location|document|addEventListener|localStorage|history)$/,
  document: /^(?:querySelector|getElement|createElement|body|cookie|title|addEventListener)/,
  localStorage: /^(?:get|set|remove)Item$/,
};

const PAGE = /\b(?:navigator|window|document|localStorage)\./;

/** Code for both looks first. */
const ASKS = /\btypeof (?:window|document|navigator|localStorage)\b/;
