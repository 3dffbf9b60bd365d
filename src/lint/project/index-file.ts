import type { Analysis } from '../source/analysis.ts';
import type { Call, FunctionNode, Node } from '../source/ast.ts';
import {
  enclosingFunction,
  functionName,
  isFunction,
  lastNameNode,
  staticString,
  unwrap,
} from '../source/ast.ts';
import { showsNode } from '../source/file-kind.ts';
import { createDescribe, leadsToFunction, prototypeOwner, type Describe } from './values.ts';
import { shapeOf } from './call-shape.ts';
import { conventionalEntries, decoratedEntries } from './declared-entries.ts';
import type { FileIndex, IndexedCall, IndexedFunction } from './file-index.ts';
import { indexClass, indexPrototype } from './index-classes.ts';
import { indexExports } from './index-exports.ts';
import { givenBy } from './returned.ts';
import { runsOnce } from '../source/runs-once.ts';
import { hashText } from './hash.ts';

/** Reads out of a file's tree what the project's graph needs. Bounded by the size of the file. */
export function indexFile(analysis: Analysis): FileIndex {
  const functions = new Map<Node, number>();
  const classes = new Map<Node, number>();
  for (const fn of analysis.functions) functions.set(fn, functions.size);
  for (const node of ofTypes(CLASSES, analysis)) classes.set(node, classes.size);
  // Functions whose prototype is written to are classes, too.
  for (const fn of functions.keys()) {
    const owner = isFunction(fn) ? prototypeOwner(fn, analysis.bindings) : undefined;
    if (owner && !classes.has(owner)) classes.set(owner, classes.size);
  }
  const describe = createDescribe(analysis.bindings, { functions, classes });
  const { exports, stars } = indexExports(ofTypes(EXPORTING, analysis), describe);
  const names = new Set<string>();
  return {
    functions: [...functions.keys()].map((fn) =>
      indexFunction(fn as FunctionNode, analysis, describe, names),
    ),
    classes: [...classes.keys()].map((node) =>
      isFunction(node)
        ? indexPrototype(node, [...functions.keys()] as FunctionNode[], analysis, functions, describe)
        : indexClass(node, functions, describe),
    ),
    exports,
    stars,
    loads: loadedModules(analysis),
    ...placeOf(analysis),
    ...(analysis.survivesRejections ? { survives: true as const } : {}),
    calls: analysis.calls.flatMap((call) => indexCall(call, functions, describe, analysis)),
    entries: [
      ...decoratedEntries(functions),
      ...conventionalEntries(analysis.file, exports),
      ...entriesByShape(functions, analysis),
    ],
  };
}

const CLASSES = ['ClassDeclaration', 'ClassExpression', 'TSInterfaceDeclaration'] as const;
const EXPORTING = [
  'ExportNamedDeclaration',
  'ExportDefaultDeclaration',
  'ExportAllDeclaration',
  'TSExportAssignment',
  'AssignmentExpression',
] as const;

/** In source order; what begins at the same place from the outside inwards. */
const ofTypes = (types: readonly `${Node['type']}`[], analysis: Analysis): Node[] =>
  types
    .flatMap((type): readonly Node[] => analysis.ofType(type))
    .sort((a, b) => a.range[0] - b.range[0] || b.range[1] - a.range[1]);

function indexFunction(
  fn: FunctionNode,
  analysis: Analysis,
  describe: Describe,
  names: Set<string>,
): IndexedFunction {
  const name = functionName(fn);
  const given = givenBy(fn, analysis, describe);
  const { open, aside } = analysis.reach.standing(fn);
  return {
    id: identity(fn, name, names),
    ...(name === undefined ? {} : { name }),
    start: fn.range[0],
    line: fn.loc.start.line,
    column: fn.loc.start.column + 1,
    endLine: fn.loc.end.line,
    ...given,
    open,
    ...(aside ? { aside: true as const } : {}),
    hash: hashText(analysis.source.text.slice(fn.range[0], fn.range[1]).replace(/\s+/g, '')),
  };
}

/** `(req, res) => res.json(…)`: a request handler that something registers which is not seen. */
function entriesByShape(functions: ReadonlyMap<Node, number>, analysis: Analysis): FileIndex['entries'] {
  const entries: FileIndex['entries'] = [];
  for (const [fn, number] of functions) {
    const entry = analysis.reach.standing(fn as FunctionNode).entry;
    if (entry?.label.startsWith('request handler'))
      entries.push({ fn: number, entry: { step: 'http-request', label: entry.label }, bySight: true });
  }
  return entries;
}

/** The names of the functions around it and its own, and a number where that is not enough. */
function identity(fn: FunctionNode, name: string | undefined, names: Set<string>): string {
  const parts = [name ?? '<anonymous>'];
  for (let outer = enclosingFunction(fn); outer && parts.length < 8; outer = enclosingFunction(outer))
    parts.unshift(functionName(outer) ?? '<anonymous>');
  const base = parts.join('/');
  let id = base;
  for (let number = 2; names.has(id); number++) id = `${base}#${number}`;
  names.add(id);
  return id;
}

function indexCall(
  call: Call,
  functions: ReadonlyMap<Node, number>,
  describe: Describe,
  { bindings, source }: Analysis,
): IndexedCall[] {
  const callee = isImport(call) ? null : describe(call.callee);
  const args = call.arguments.map((argument) => {
    const value = describe(argument);
    return value && leadsToFunction(value) ? value : null;
  });
  while (args.at(-1) === null) args.pop();
  if (!callee && args.length === 0) return [];
  // Calls of packages matter only for the functions that they are given.
  const around = runsOnce(call, bindings, source.visitorKeys) ? undefined : enclosingFunction(call);
  const { start } = lastNameNode(call.callee).loc;
  return [
    {
      from: around ? (functions.get(around) ?? -1) : -1,
      line: start.line,
      column: start.column + 1,
      end: call.range[1],
      callee,
      ...(call.parent.type === 'AwaitExpression' ? { awaited: true as const } : {}),
      ...(args.length > 0 ? { args, shape: shapeOf(call) } : {}),
    },
  ];
}

function placeOf({ kind, source }: Analysis): Pick<FileIndex, 'place'> {
  if (kind === 'browser') return { place: 'page' };
  return showsNode(source) ? { place: 'node' } : {};
}

/** By `import`, `export from`, `require` and `import()` with a name that is written down; types are not loaded. */
function loadedModules(analysis: Analysis): string[] {
  const names = new Set<string>();
  for (const node of ofTypes(LOADING, analysis)) {
    const isType =
      (node.type === 'ImportDeclaration' && node.importKind === 'type') ||
      (node.type === 'ExportNamedDeclaration' && node.exportKind === 'type');
    const name = !isType && 'source' in node ? staticString(node.source) : undefined;
    if (name !== undefined) names.add(name);
  }
  for (const call of analysis.calls) {
    const name = isImport(call) ? staticString(call.arguments[0]) : undefined;
    if (name !== undefined) names.add(name);
  }
  return [...names];
}

const LOADING = [
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
] as const;

const isImport = (call: Call): boolean => {
  const callee = unwrap(call.callee);
  return callee.type === 'Identifier' && callee.name === 'require';
};
