import type { Debugger, Runtime } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import { describeValue } from './describe-value.ts';
import type { Loop } from './loop.ts';
import { thrownText } from './loop.ts';

/** Something with variables in it that the client may open. */
export type Container =
  | { kind: 'object'; loop: Loop; objectId: string; indexed: number }
  /** A scope of a call that is under way. */
  | { kind: 'scope'; loop: Loop; objectId: string; frame: Debugger.CallFrame; scope: number }
  /** A scope of a suspended function: values are read, not written. */
  | { kind: 'suspended-scope'; loop: Loop; objectId: string }
  /** A getter: runs only when it is opened. */
  | { kind: 'getter'; loop: Loop; objectId: string; name: string }
  /** Another container with something added in front: a call's locals with its `this`. */
  | { kind: 'combined'; loop: Loop; inner: number; extra: DebugProtocol.Variable[] };

type Filter = { kind: 'all' | 'named' } | { kind: 'indexed'; start: number; count: number };

/** Arrays with more elements than this are fetched page by page. */
const PAGE = 100;

/** References of what the client may open. A loop's are forgotten when it goes on. */
export class VariableTable {
  readonly #containers = new Map<number, Container>();
  #next = 1;

  add(container: Container): number {
    const reference = this.#next++;
    this.#containers.set(reference, container);
    return reference;
  }

  /** A container with variables in front of it that are not its own. */
  addCombined(loop: Loop, inner: number, extra: DebugProtocol.Variable[]): number {
    return this.add({ kind: 'combined', loop, inner, extra });
  }

  forget(loop: Loop): void {
    for (const [reference, container] of this.#containers) {
      if (container.loop === loop) this.#containers.delete(reference);
    }
  }

  /** @throws UserError when the loop has gone on since */
  get(reference: number): Container {
    const container = this.#containers.get(reference);
    if (!container)
      throw new UserError('usage', 'The program has gone on since.', 'Stop it again to see its variables.');
    return container;
  }

  /** A remote value as a variable. */
  variable(loop: Loop, name: string, value: Runtime.RemoteObject): DebugProtocol.Variable {
    return { name, ...this.value(loop, value), evaluateName: undefined };
  }

  /** How a remote value is shown, and the reference for what is in it. */
  value(
    loop: Loop,
    value: Runtime.RemoteObject,
  ): Pick<DebugProtocol.Variable, 'value' | 'type' | 'variablesReference'> & {
    indexedVariables?: number;
    namedVariables?: number;
  } {
    const type = value.type === 'object' ? (value.className ?? value.subtype ?? 'object') : value.type;
    const shown = { value: describeValue(value), type };
    if (value.objectId === undefined) return { ...shown, variablesReference: 0 };
    const indexed = arrayLength(value);
    const variablesReference = this.add({ kind: 'object', loop, objectId: value.objectId, indexed });
    return {
      ...shown,
      variablesReference,
      ...(indexed > PAGE ? { indexedVariables: indexed, namedVariables: 1 } : {}),
    };
  }

  /** What is in a container. */
  async list(reference: number, args: DebugProtocol.VariablesArguments): Promise<DebugProtocol.Variable[]> {
    const container = this.get(reference);
    switch (container.kind) {
      case 'combined':
        return [...container.extra, ...(await this.list(container.inner, args))];
      case 'getter':
        return [await this.#callGetter(container)];
      case 'object':
        return this.#properties(container.loop, container.objectId, filterOf(args, container.indexed), 'own');
      default:
        return this.#properties(container.loop, container.objectId, { kind: 'all' }, 'scope');
    }
  }

  /** @throws UserError when it cannot be written, with the program's words when it refuses */
  async set(reference: number, name: string, expression: string): Promise<DebugProtocol.Variable> {
    const container = this.get(reference);
    if (container.kind === 'combined') return this.set(container.inner, name, expression);
    if (container.kind !== 'object' && container.kind !== 'scope') {
      throw new UserError(
        'usage',
        `"${name}" belongs to a suspended function or a getter and can only be read.`,
        'Stop where the function runs to change it.',
      );
    }
    const { loop } = container;
    const frame = container.kind === 'scope' ? container.frame : loop.pause?.event.callFrames[0];
    const value = await loop.evaluate(`(${expression}\n)`, frame, { silent: true, generatePreview: true });
    if (value.exceptionDetails) throw refused(name, thrownText(value.exceptionDetails));
    const argument = asArgument(value.result);
    if (container.kind === 'scope') {
      await loop.connection
        .send('Debugger.setVariableValue', {
          scopeNumber: container.scope,
          variableName: name,
          newValue: argument,
          callFrameId: container.frame.callFrameId,
        })
        .catch((error: unknown) => Promise.reject(refused(name, (error as Error).message)));
    } else {
      const answer = await loop.call(container.objectId, 'function(n, v) { "use strict"; this[n] = v; }', [
        { value: name },
        argument,
      ]);
      if (answer.exceptionDetails) throw refused(name, thrownText(answer.exceptionDetails));
    }
    return this.variable(loop, name, value.result);
  }

  async #properties(
    loop: Loop,
    objectId: string,
    filter: Filter,
    of: 'own' | 'scope',
  ): Promise<DebugProtocol.Variable[]> {
    let from = objectId;
    if (filter.kind === 'indexed') {
      const page = await loop.call(objectId, COPY_PAGE, [{ value: filter.start }, { value: filter.count }]);
      if (page.result.objectId === undefined) return [];
      from = page.result.objectId;
    }
    const answer = await loop.connection.send<{
      result: Runtime.PropertyDescriptor[];
      internalProperties?: Runtime.InternalPropertyDescriptor[];
      privateProperties?: (Runtime.PropertyDescriptor & { value?: Runtime.RemoteObject })[];
    }>('Runtime.getProperties', {
      objectId: from,
      ownProperties: true,
      generatePreview: true,
      ...(filter.kind === 'named' ? { nonIndexedPropertiesOnly: true } : {}),
    });
    const listed = answer.result.filter(({ name }) => filter.kind !== 'indexed' || /^\d+$/.test(name));
    const variables = [...listed, ...(answer.privateProperties ?? [])].flatMap((property) =>
      this.#property(loop, objectId, property),
    );
    if (filter.kind === 'indexed') return variables;
    const hidden = of === 'scope' ? [] : (answer.internalProperties ?? []);
    return [
      ...variables,
      ...hidden.flatMap(({ name, value }) =>
        value
          ? [{ ...this.variable(loop, name, value), presentationHint: { visibility: 'internal' as const } }]
          : [],
      ),
    ];
  }

  #property(loop: Loop, objectId: string, property: Runtime.PropertyDescriptor): DebugProtocol.Variable[] {
    const { name, value, get } = property;
    const visibility = !property.enumerable ? { visibility: 'private' as const } : {};
    if (value) return [{ ...this.variable(loop, name, value), presentationHint: visibility }];
    if (!get || get.type === 'undefined') return [];
    return [
      {
        name,
        value: '(getter)',
        variablesReference: this.add({ kind: 'getter', loop, objectId, name }),
        presentationHint: { lazy: true, ...visibility },
      },
    ];
  }

  async #callGetter({
    loop,
    objectId,
    name,
  }: Extract<Container, { kind: 'getter' }>): Promise<DebugProtocol.Variable> {
    const answer = await loop.call(objectId, 'function(n) { return this[n]; }', [{ value: name }], {
      generatePreview: true,
    });
    return answer.exceptionDetails
      ? { name: '', value: `(threw ${thrownText(answer.exceptionDetails)})`, variablesReference: 0 }
      : this.variable(loop, '', answer.result);
  }
}

/** A page of an array's elements, without calling what may be behind them. */
const COPY_PAGE = `function(start, count) {
  const page = Object.create(null);
  if (ArrayBuffer.isView(this)) for (let k = start; k < start + count && k < this.length; k++) page[k] = this[k];
  else for (let k = start; k < start + count; k++) {
    const found = Object.getOwnPropertyDescriptor(this, k);
    if (found) Object.defineProperty(page, k, found);
  }
  return page;
}`;

function filterOf({ filter, start, count }: DebugProtocol.VariablesArguments, indexed: number): Filter {
  if (filter === 'named') return { kind: 'named' };
  if (filter === 'indexed' || (indexed > PAGE && start !== undefined)) {
    const from = start ?? 0;
    return {
      kind: 'indexed',
      start: from,
      count: Math.min(count === undefined || count === 0 ? indexed - from : count, indexed - from),
    };
  }
  return { kind: 'all' };
}

function arrayLength({ subtype, description }: Runtime.RemoteObject): number {
  if (subtype !== 'array' && subtype !== 'typedarray') return 0;
  return Number(/\((\d+)\)$/.exec(description ?? '')?.[1] ?? 0);
}

/** A value that was evaluated, as an argument of the protocol. */
export function asArgument(value: Runtime.RemoteObject): Runtime.CallArgument {
  if (value.objectId !== undefined) return { objectId: value.objectId };
  if (value.unserializableValue !== undefined) return { unserializableValue: value.unserializableValue };
  return { value: value.value as unknown };
}

function refused(name: string, why: string): UserError {
  return new UserError(
    'usage',
    `"${name}" could not be set: ${why.replace(/\.$/, '')}.`,
    'Try another value.',
  );
}
