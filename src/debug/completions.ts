import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Runtime } from 'node:inspector';
import type { EvaluationPlace } from './evaluate.ts';
import { evaluate } from './evaluate.ts';

/** More would not be read. */
const MAX = 500;

const NAMES = `function(max) {
  const seen = new Set();
  for (let o = Object(this); o && seen.size < max; o = Object.getPrototypeOf(o))
    for (const name of Object.getOwnPropertyNames(o)) if (!/^\\d+$/.test(name)) seen.add(name);
  return [...seen].slice(0, max);
}`;

/**
 * What may follow at the end of `text`: members of the expression before the last dot, or the names in reach.
 * Nothing is run that changes anything.
 */
export async function complete(
  place: EvaluationPlace,
  text: string,
): Promise<DebugProtocol.CompletionItem[]> {
  const match = /(?:^|[^\w$.])((?:[\w$]+(?:\[\w+\])?\s*\??\.\s*)+)([\w$]*)$/.exec(text);
  const base = match?.[1]?.replace(/\??\.\s*$/, '').trim();
  const prefix = match?.[2] ?? /[\w$]*$/.exec(text)![0];
  const names = base === undefined ? await namesInReach(place) : await members(place, base);
  return names
    .filter((name) => name.startsWith(prefix) && /^[A-Za-z_$][\w$]*$/.test(name))
    .slice(0, MAX)
    .map((label) => ({
      label,
      type: base === undefined ? 'variable' : 'property',
      start: text.length - prefix.length,
      length: prefix.length,
    }));
}

async function members(place: EvaluationPlace, base: string): Promise<string[]> {
  const value = await evaluate(place, { expression: base, context: 'hover' }).catch(() => undefined);
  if (!value) return [];
  const target = value.objectId ?? (await boxed(place, value));
  if (target === undefined) return [];
  const answer = await place.loop.call(target, NAMES, [{ value: MAX }], { returnByValue: true });
  return Array.isArray(answer.result.value) ? (answer.result.value as string[]) : [];
}

async function boxed(place: EvaluationPlace, value: Runtime.RemoteObject): Promise<string | undefined> {
  if (value.type === 'undefined' || value.subtype === 'null') return undefined;
  const literal =
    value.type === 'string'
      ? '""'
      : value.type === 'number'
        ? '0'
        : value.type === 'boolean'
          ? 'false'
          : undefined;
  if (literal === undefined) return undefined;
  return (await place.loop.evaluate(`Object(${literal})`, undefined, { silent: true })).result.objectId;
}

async function namesInReach(place: EvaluationPlace): Promise<string[]> {
  const { loop } = place;
  const scopes =
    place.kind === 'call'
      ? place.frame.scopeChain.flatMap(({ type, object }) =>
          type !== 'global' && object.objectId !== undefined ? [object.objectId] : [],
        )
      : place.kind === 'suspended'
        ? place.scopes
        : [];
  const local = await Promise.all(
    scopes.map(async (objectId) => {
      const { result } = await loop.connection.send<{ result: { name: string }[] }>('Runtime.getProperties', {
        objectId,
        ownProperties: true,
      });
      return result.map(({ name }) => name);
    }),
  );
  const lexical = await loop.connection
    .send<{ names: string[] }>('Runtime.globalLexicalScopeNames')
    .catch(() => ({ names: [] }));
  return [
    ...new Set([
      ...local.flat(),
      'this',
      ...lexical.names,
      ...(await members({ kind: 'global', loop }, 'globalThis')),
    ]),
  ];
}
