import { afterEach, describe, expect, test } from 'vitest';
import { fixture, lineOf, Session } from './debug-client.ts';

const ORDERS = fixture('orders.cjs');
const line = (text: string): number => lineOf('orders.cjs', text);

let session: Session;
afterEach(() => session.close());

describe.each([18, 22, 26])('debugging on Node %i', (major) => {
  test('breakpoints, variables, and steps that stay in their task', async () => {
    session = await Session.open();
    await session.launch(major, ORDERS, (s) =>
      s.breakpoints(ORDERS, { line: line('const found'), condition: 'id === 2' }),
    );
    expect(await session.stop()).toMatchObject({ reason: 'breakpoint', threadId: 1 });
    expect(await session.shape()).toEqual([
      `price:${line('const found')}`,
      '[await]',
      `order:${line('const first')}`,
      '[Promise.all (index 1)]',
      `main:${line('const all')}`,
    ]);

    // To the end of the function, out of it, and over the next await: always the same order.
    const step = async (): Promise<string> => {
      await session.client.nextRequest({ threadId: 1 });
      await session.stop();
      const [top] = await session.frames();
      return `${top!.name}:${top!.line} ${await session.evaluate('id', top!.id)}`;
    };
    expect(await step()).toBe(`price:${line('return found')} 2`);
    const [top] = await session.frames();
    const { found } = await session.locals(top!.id);
    expect(found).toMatchObject({ value: '{id: 2, cents: 200, tax: (getter)}' });
    const fields = await session.children(found!.variablesReference);
    expect(fields['tax']).toMatchObject({ value: '(getter)', presentationHint: { lazy: true } });
    expect((await session.children(fields['tax']!.variablesReference))['']?.value).toMatch(
      /threw Error: read/,
    );

    expect(await step()).toBe(`price:${line('return found')} 2`);
    expect(await step()).toBe(`order:${line('let total')} 2`);
    expect(await step()).toBe(`order:${line('const others')} 2`);
    expect(await step()).toBe(`order:${line('total += ')} 2`);
    await session.client.continueRequest({ threadId: 1 });
    await session.client.waitForEvent('terminated');
    expect(session.output.map(({ output }) => output).join('')).toContain('3300 3600 3900');
  });
});
