import { shapeOf } from '../project/call-shape.ts';
import { roleOf, type CallbackRole } from '../project/entry-points.ts';
import type { Call } from './ast.ts';
import type { Bindings } from './bindings.ts';

/**
 * Tells what becomes of a function passed to a call.
 * @param key name of the property when the function stands in an object literal among the arguments
 */
export function callbackRole(call: Call, key: string | undefined, bindings: Bindings): CallbackRole {
  return roleOf(shapeOf(call), bindings.resolve(call.callee), key === undefined ? [] : [key]);
}
