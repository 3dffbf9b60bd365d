import type { TSESTree } from '@typescript-eslint/utils';
import type {
  CallSite,
  FloatingCall,
  FunctionRange,
  IndependentAwaits,
  LineRange,
  ListenerLeak,
  SourceFacts,
} from '../model/source-facts.ts';
import { independentTurns } from './rules/no-await-in-loop.ts';
import { floatingPromise } from './rules/no-floating-promises.ts';
import { listenerLeak } from './rules/no-listener-leak.ts';
import type { Analysis } from './source/analysis.ts';
import { analyze, readParsed } from './source/analysis.ts';
import type { FunctionNode, Node } from './source/ast.ts';
import {
  enclosingFunction,
  functionName,
  isFunction,
  lastName,
  lastNameNode,
  locationOf,
  staticString,
  walk,
} from './source/ast.ts';
import { independentAwaits } from './source/awaits.ts';
import { reachedByEveryRunOf } from './source/every-run.ts';
import { framelessWork } from './source/frameless.ts';
import { namesIn } from './source/names.ts';
import { parseTree } from './source/parse.ts';
import { calledFunctions } from './source/promises.ts';
import { mayReject } from './source/rejections.ts';

/**
 * What a file's source proves. A file that cannot be parsed proves nothing: the answer is empty, never an error.
 * @param file as the facts shall name it
 */
export function collectFacts(text: string, file: string): SourceFacts {
  try {
    const analysis = analyze(readParsed({ ...parseTree(text, file), text }, file));
    return {
      file,
      independentAwaits: [
        ...independentAwaits(analysis).map((run) => describe(run.awaits, analysis)),
        ...collectLoops(analysis),
      ],
      lines: analysis.source.ast.loc.end.line,
      functions: collectFunctions(analysis),
      calls: collectCalls(analysis),
      floating: collectFloating(analysis),
      leaks: collectLeaks(analysis),
      functionRanges: collectFunctionRanges(analysis),
    };
  } catch {
    // Syntax errors, and sources so deep that the parser runs out of stack.
    return { file, independentAwaits: [], calls: [] };
  }
}

function describe(awaits: readonly Node[], { file }: Analysis): IndependentAwaits {
  const fn = enclosingFunction(awaits[0]!);
  return { awaits: awaits.map((one) => locationOf(one, file)), function: (fn && functionName(fn)) ?? '' };
}

function collectLoops(analysis: Analysis): IndependentAwaits[] {
  const loops: IndependentAwaits[] = [];
  walk(analysis.source.ast, analysis.source.visitorKeys, (node) => {
    const inTurn = node.type === 'ForStatement' || (node.type === 'ForOfStatement' && !node.await);
    const turns = inTurn ? independentTurns(node, analysis) : undefined;
    // A result that is dropped was awaited for what the call does, and that may need its order.
    if (turns?.awaits.every((awaited) => awaited.parent.type !== 'ExpressionStatement'))
      loops.push({ ...describe(turns.awaits, analysis), loop: true });
    return undefined;
  });
  return loops;
}

function collectFunctions({ source }: Analysis): LineRange[] {
  const functions: LineRange[] = [];
  walk(source.ast, source.visitorKeys, (node) => {
    if (isFunction(node)) functions.push({ first: node.loc.start.line, last: node.loc.end.line });
    return undefined;
  });
  return functions;
}

function collectFloating(analysis: Analysis): FloatingCall[] {
  const floating: FloatingCall[] = [];
  walk(analysis.source.ast, analysis.source.visitorKeys, (node) => {
    const call = node.type === 'ExpressionStatement' ? floatingPromise(node, analysis, 'any') : undefined;
    const callee = call && lastName(call.callee);
    if (call && callee !== undefined) {
      floating.push({ callee, line: call.loc.start.line, column: call.loc.start.column + 1 });
    }
    return undefined;
  });
  return floating;
}

function collectLeaks(analysis: Analysis): ListenerLeak[] {
  const leaks: ListenerLeak[] = [];
  walk(analysis.source.ast, analysis.source.visitorKeys, (node) => {
    const leak = node.type === 'CallExpression' && listenerLeak(node, analysis);
    const { line, column } = node.loc.start;
    if (!leak) return undefined;
    const within = reachedByEveryRunOf(node, analysis).map((fn) => rangeOf(fn).start);
    leaks.push({ ...leak, line, column: column + 1, ...(within.length > 0 && { within }) });
    return undefined;
  });
  return leaks;
}

function callFacts(
  callee: string,
  call: TSESTree.CallExpression,
  analysis: Analysis,
): Pick<CallSite, 'path' | 'receiver' | 'kept' | 'dropped' | 'frameless'> {
  const args = call.arguments;
  const keys = analysis.source.visitorKeys;
  const path = staticString(args[0]);
  const keeps = /^(push|unshift|add|set)$/.test(callee);
  const frameless = framelessWork(call, analysis);
  const receiver =
    /^(write|send)$/.test(callee) && call.callee.type === 'MemberExpression'
      ? lastName(call.callee.object)
      : undefined;
  return {
    ...(path?.startsWith('/') && { path }),
    ...(receiver !== undefined && { receiver }),
    ...(keeps && { kept: [...new Set(args.flatMap((argument) => [...namesIn(argument, keys)]))] }),
    ...(isDropped(call, analysis) && { dropped: true as const }),
    ...(frameless && { frameless }),
  };
}

/** What it calls is in another file, or not known. Packages' functions are theirs, and callbacks take what is not returned. */
function isDropped(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  if (call.parent.type !== 'ExpressionStatement' || isFunction(call.arguments.at(-1))) return false;
  const api = analysis.bindings.resolve(call.callee);
  const elsewhere = api ? api.module.startsWith('.') : call.callee.type === 'MemberExpression';
  return elsewhere && calledFunctions(call, analysis).length === 0;
}

function collectFunctionRanges(analysis: Analysis): FunctionRange[] {
  const { source } = analysis;
  const functions: FunctionRange[] = [];
  walk(source.ast, source.visitorKeys, (node) => {
    if (!isFunction(node)) return undefined;
    const parameters = node.params.flatMap((one) => (one.type === 'Identifier' ? [one.name] : []));
    functions.push({
      ...rangeOf(node),
      ...(parameters.length > 0 && { parameters }),
      ...(node.async && !node.generator && mayReject(node, analysis) && { rejects: true as const }),
    });
    return undefined;
  });
  return functions;
}

function rangeOf(fn: FunctionNode): FunctionRange {
  const isMethod = fn.parent.type === 'MethodDefinition' || fn.parent.type === 'Property';
  const { start, end } = (isMethod ? fn.parent : fn).loc;
  return {
    start: { line: start.line, column: start.column + 1 },
    end: { line: end.line, column: end.column + 1 },
  };
}

/** Calls, constructions and tagged templates whose callee has a name, in source order. */
function collectCalls(analysis: Analysis): SourceFacts['calls'] {
  const { source } = analysis;
  const calls: SourceFacts['calls'] = [];
  const lastLine = source.ast.loc.end.line;
  walk(source.ast, source.visitorKeys, (node) => {
    const callee =
      node.type === 'CallExpression' || node.type === 'NewExpression'
        ? node.callee
        : node.type === 'TaggedTemplateExpression'
          ? node.tag
          : undefined;
    const name = callee && (callee.type === 'Super' ? 'super' : lastName(callee));
    if (!callee || name === undefined) return undefined;
    const { start } = lastNameNode(callee).loc;
    const fn = enclosingFunction(node);
    calls.push({
      callee: name,
      line: start.line,
      column: start.column + 1,
      functionStart: fn?.loc.start.line ?? 1,
      functionEnd: fn?.loc.end.line ?? lastLine,
      ...(node.type === 'CallExpression' && callFacts(name, node, analysis)),
    });
    return undefined;
  });
  return calls.sort((a, b) => a.line - b.line || a.column - b.column);
}
