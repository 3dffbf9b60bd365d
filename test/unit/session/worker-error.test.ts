import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/base/user-error.ts';
import { packError, unpackError } from '../../../src/session/worker-error.ts';

const cross = (error: unknown): Error => unpackError(structuredClone(packError(error)));

describe('errors between threads', () => {
  it('keep their advice', () => {
    const error = cross(new UserError('unreachable', 'There is no process 1.', 'Look at the list.'));
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({
      code: 'unreachable',
      message: 'There is no process 1.',
      next: 'Look at the list.',
    });
  });

  it('keep the stack of the other thread', () => {
    const defect = new TypeError('x is not a function');
    expect(cross(defect).stack).toBe(defect.stack);
  });

  it('can be anything', () => {
    expect(cross('lost').message).toBe('lost');
  });
});
