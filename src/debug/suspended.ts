import type { Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { Loop } from './loop.ts';
import type { VariableTable } from './variables.ts';

/** A suspended function, looked up in the heap. */
export interface SuspendedFunction {
  scopes: { name: string; objectId: string }[];
  receiver: Runtime.RemoteObject | undefined;
}

/** Handles of suspended functions; kept until the tasks are read anew. */
const GROUP = 'looplens-suspended';
/** A look-up walks the whole heap. */
const LOOK_UP_MS = 120_000;

interface Properties {
  result: Runtime.PropertyDescriptor[];
  internalProperties?: Runtime.InternalPropertyDescriptor[];
}

/**
 * Finds a suspended function by the number that a heap snapshot gave its generator object: its scopes, with the values
 * that its variables have now.
 * @param line where the dump saw it, as the author's line from 1; undefined when that was not exact
 * @throws UserError when it has gone on or ended since
 */
export async function findSuspended(
  loop: Loop,
  generator: number,
  line: number | undefined,
): Promise<SuspendedFunction> {
  const found = await loop.connection
    .send<{ result: Runtime.RemoteObject }>(
      'HeapProfiler.getObjectByHeapObjectId',
      { objectId: String(generator), objectGroup: GROUP },
      LOOK_UP_MS,
    )
    .catch(() => undefined);
  if (found?.result.objectId === undefined) throw gone();
  const properties = await propertiesOf(loop, found.result.objectId);
  const internal = new Map((properties.internalProperties ?? []).map(({ name, value }) => [name, value]));
  const location = internal.get('[[GeneratorLocation]]')?.value as
    { scriptId: string; lineNumber: number; columnNumber?: number } | undefined;
  if (!location) throw gone();
  const place = loop.scripts.place(location.scriptId, {
    line: location.lineNumber,
    column: location.columnNumber ?? 0,
  });
  if (line !== undefined && place && place.line + 1 !== line) throw gone();
  return {
    scopes: await scopesOf(loop, internal.get('[[Scopes]]')),
    receiver: internal.get('[[GeneratorReceiver]]'),
  };
}

/** The scopes of a suspended function as the client lists them. */
export function suspendedScopes(
  loop: Loop,
  { scopes, receiver }: SuspendedFunction,
  variables: VariableTable,
): DebugProtocol.Scope[] {
  return scopes.map(({ name, objectId }, k) => {
    const own = variables.add({ kind: 'suspended-scope', loop, objectId });
    const shown = k === 0 && receiver && receiver.type !== 'undefined';
    return {
      name,
      expensive: name === 'Global',
      variablesReference: shown
        ? variables.addCombined(loop, own, [variables.variable(loop, 'this', receiver)])
        : own,
      ...(k === 0 ? { presentationHint: 'locals' } : {}),
    };
  });
}

/** Gives back the handles of all suspended functions of a loop. */
export async function releaseSuspended(loop: Loop): Promise<void> {
  await loop.connection.send('Runtime.releaseObjectGroup', { objectGroup: GROUP }).catch(() => undefined);
}

async function scopesOf(
  loop: Loop,
  list: Runtime.RemoteObject | undefined,
): Promise<SuspendedFunction['scopes']> {
  if (list?.objectId === undefined) return [];
  const { result } = await propertiesOf(loop, list.objectId);
  return result.flatMap(({ name, value }) => {
    if (!/^\d+$/.test(name) || value?.objectId === undefined) return [];
    return [{ name: value.description ?? `Scope ${name}`, objectId: value.objectId }];
  });
}

function propertiesOf(loop: Loop, objectId: string): Promise<Properties> {
  return loop.connection.send<Properties>('Runtime.getProperties', { objectId, ownProperties: true });
}

function gone(): UserError {
  return new UserError(
    'usage',
    'This function has gone on since its task was read.',
    'Pause the task, which reads all tasks anew.',
  );
}
