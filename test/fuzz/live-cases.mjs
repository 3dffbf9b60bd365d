// Edits a text again and again, and holds what follows the edits to what a new start makes of the same text.
import assert from 'node:assert/strict';
import { numbers } from './mutate.mjs';
import { typed } from './typing.mjs';

/** Texts that cannot be parsed in a row, until somebody takes them back. */
const BROKEN = 4;

/**
 * @param lint `createLiveTree`, `createLintService`, `parseTree` and `nameTable` of the linter
 * @param options `file` is a name, `text` what it holds at first
 * @returns how many edits were followed, and how many texts could be parsed
 * @throws an AssertionError with the text before and the text after, where the two differ
 */
export function followEdits(lint, { file, text: first, seed, edits }) {
  const random = numbers(seed);
  const service = lint.createLintService();
  const figures = { followed: 0, parsed: 0, findings: 0 };
  const good = [first];
  let live = lint.createLiveTree(lint.parseTree(first, file), first, file);
  let text = first;
  let before = first;
  let broken = 0;
  ask(service, first);
  for (let edit = 0; edit < edits; edit++) {
    text = broken > BROKEN ? good.at(-1) : typed(text, good, random);
    if (text.length > first.length * 2 + 2000) text = first;
    try {
      assert.deepEqual(ask(service, text), ask(lint.createLintService(), text));
      const tree = live?.follow(text);
      const whole = tryParse(text);
      if (tree) {
        figures.followed++;
        assert.ok(whole, 'followed into a text that cannot be parsed');
        assert.deepEqual(plain(tree), plain(whole));
      }
      broken = whole ? 0 : broken + 1;
      if (!whole) continue;
      figures.parsed++;
      if (!tree) live = lint.createLiveTree(lint.parseTree(text, file), text, file) ?? live;
      before = text;
      good.push(text);
      if (good.length > 12) good.shift();
    } catch (error) {
      error.message = `edit ${edit} of ${file}, seed ${seed}: ${error.message.slice(0, 3000)}`;
      error.texts = [before, text];
      throw error;
    }
  }
  return figures;

  function ask(asked, now) {
    const outcome = asked.lint({ id: 0, kind: 'lint', file, text: now, preset: 'strict' });
    figures.findings += outcome.value.length;
    return outcome;
  }

  function tryParse(now) {
    try {
      return lint.parseTree(now, file);
    } catch {
      return undefined;
    }
  }

  /** Nodes by their numbers, so that two trees can be compared. */
  function plain({ ast, nodes, names, scopeManager }) {
    const numbered = new Map(nodes.map((node, number) => [node, number]));
    const table = names ?? lint.nameTable(scopeManager);
    const scopes = scopeManager.scopes.map(
      ({ type, block, variables, variableScope, upper }) =>
        `${type} ${numbered.get(block)} ${variables.map(({ name }) => name).sort()} ${numbered.get(variableScope.block)} ${upper && numbered.get(upper.block)}`,
    );
    return {
      comments: ast.comments.map(({ type, value, range, loc }) =>
        [type, value, ...range, place(loc)].join(' '),
      ),
      nodes: nodes.map((node) => {
        const own = Object.entries(node).flatMap(([key, value]) =>
          UNREAD.has(key) || (typeof value === 'object' && value !== null) ? [] : [`${key}=${String(value)}`],
        );
        return `${numbered.get(node.parent)} ${node.range} ${place(node.loc)} ${own.join(' ')} ${meaning(node)}`;
      }),
      scopes: scopes.sort(),
      body: ast.body.map((statement) => numbered.get(statement)),
    };

    function meaning(node) {
      if (node.type !== 'Identifier' && node.type !== 'JSXIdentifier') return '';
      const bound = table.isBound(node.name);
      const variable = table.variable(node);
      if (!variable) return bound;
      const { defs, identifiers, references, scope } = variable;
      return [
        bound,
        scope.type,
        numbered.get(scope.block),
        defs.map((one) => `${one.type} ${numbered.get(one.name)} ${numbered.get(one.node)}`),
        identifiers.map((one) => numbered.get(one)),
        references.map(
          (one) => `${numbered.get(one.identifier)} ${one.isWrite()} ${numbered.get(one.writeExpr)}`,
        ),
      ].join(' ');
    }
  }
}

/** What the parser notes beside ranges and places. */
const UNREAD = new Set(['start', 'end', 'extra']);

const place = ({ start, end }) => [start.line, start.column, end.line, end.column].join(':');
