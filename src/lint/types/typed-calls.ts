import type ts from 'typescript';
import type { Gift } from '../project/reach-facts.ts';

/** TypeScript's own programming interface: a project's own copy, whichever version that is. */
export type TypeScript = typeof ts;

/** What calls of a file give by their types, by the offset behind their last character; the rest is not known. */
export type TypedGifts = Record<number, Exclude<Gift, 'settled' | 'seldom'>>;

/** Asks the type checker about each call whose value somebody may take for something else than a promise. */
export function typedGifts(api: TypeScript, program: ts.Program, source: ts.SourceFile): TypedGifts {
  const checker = program.getTypeChecker();
  const gifts: TypedGifts = {};
  const pending: ts.Node[] = [source];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (api.isCallExpression(node) && isAsked(api, node)) {
      const gift = giftOf(checker.getTypeAtLocation(node));
      if (gift) gifts[node.getEnd()] = gift;
    }
    api.forEachChild(node, (child) => void pending.push(child));
  }
  return gifts;

  function giftOf(type: ts.Type): TypedGifts[number] | undefined {
    const parts = type.isUnion() ? type.types : [type];
    const promises = parts.map((part) => isPromise(part, 0));
    if (promises.includes(undefined)) return undefined;
    if (!promises.includes(true)) return 'value';
    return promises.includes(false) ? undefined : 'promise';
  }

  /** Undefined for what may be anything. */
  function isPromise(type: ts.Type, depth: number): boolean | undefined {
    if (type.flags & (api.TypeFlags.Any | api.TypeFlags.Unknown | api.TypeFlags.TypeParameter))
      return undefined;
    if (depth > MAX_BASES) return false;
    const { symbol } = type as { symbol?: ts.Symbol };
    if (symbol && PROMISES.has(symbol.name) && isOfLibrary(symbol)) return true;
    const bases = type.isIntersection()
      ? type.types
      : type.isClassOrInterface()
        ? checker.getBaseTypes(type)
        : [];
    const target = (type as ts.TypeReference).target as ts.GenericType | undefined;
    const more = target && target !== type && target.isClassOrInterface() ? checker.getBaseTypes(target) : [];
    return [...bases, ...more].some((base) => isPromise(base, depth + 1) === true);
  }

  function isOfLibrary(symbol: ts.Symbol): boolean {
    return (symbol.declarations ?? []).some((declaration) =>
      program.isSourceFileDefaultLibrary(declaration.getSourceFile()),
    );
  }
}

const PROMISES: ReadonlySet<string> = new Set(['Promise', 'PromiseLike']);

/** Classes that extend classes that extend a promise, and no further. */
const MAX_BASES = 4;

/** `load().then(…)` asks what `load()` is; `load().length` and `f(load())` are the type checker's own business. */
function isAsked(api: TypeScript, call: ts.CallExpression): boolean {
  const { parent } = call;
  if (api.isPropertyAccessExpression(parent))
    return parent.expression !== call || /^(?:then|catch|finally)$/.test(parent.name.text);
  return !api.isElementAccessExpression(parent);
}
