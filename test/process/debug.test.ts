import { afterEach, describe, expect, test } from 'vitest';
import { fixture, lineOf, Session } from './debug-client.ts';

const ORDERS = fixture('orders.cjs');
const line = (text: string): number => lineOf('orders.cjs', text);

let session: Session;
afterEach(() => session.close());

describe.each([18, 22, 24, 26])('debugging on Node %i', (major) => {
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

  test('suspended tasks as threads, with their variables', async () => {
    session = await Session.open();
    await session.launch(major, fixture('pool.cjs'));
    await session.until('ready');
    const { groups } = (await session.client.customRequest('looplens/tasks')).body;
    const names = groups.map(({ name }: { name: string }) => name).sort();
    expect(names).toEqual([
      expect.stringMatching(/^2 × handler, waiting for query \(resolver held by Pool\.#waiting/),
      expect.stringMatching(/^2 × handler, waiting for .*100000 ms/),
    ]);
    const { threadId } = groups.find(({ name }: { name: string }) => name.includes('Pool'));
    const { threads } = (await session.client.threadsRequest()).body;
    expect(threads.map(({ id }) => id)).toEqual(expect.arrayContaining([1, threadId]));
    const at = (text: string): number => lineOf('pool.cjs', text);
    expect(await session.shape(threadId)).toEqual([
      expect.stringMatching(/^\[waiting for resolver held by Pool\.#waiting/),
      `query:${at('await pool.acquire')}`,
      '[await]',
      `handler:${at('await query')}`,
    ]);
    const frames = (await session.frames(threadId)).filter((f) => f.presentationHint !== 'label');
    expect((await session.locals(frames[0]!.id))['sql']?.value).toMatch(/^'select [1-4]'$/);
    expect(await session.evaluate('request.id * 10', frames[1]!.id)).toMatch(/^[1-4]0$/);
    await expect(session.client.continueRequest({ threadId })).rejects.toThrow(
      /cannot be stepped|cannot be stopped/,
    );

    const createdAt = async (threadId: number, frame?: number): Promise<object[]> =>
      (await session.client.customRequest('looplens/creation', { threadId, frame })).body.places;
    const source = expect.objectContaining({ path: fixture('pool.cjs') }) as object;
    const made = { source, line: at('void handler('), column: 38, count: 2, function: '(top level)' };
    expect(await createdAt(threadId)).toEqual([made]);
    expect(await createdAt(threadId, 3)).toEqual([made]);
    expect(await createdAt(threadId, 1)).toEqual([
      { ...made, line: at('await query'), column: 24, function: 'handler' },
    ]);
    await expect(createdAt(1)).rejects.toThrow(/Only of suspended tasks/);
    // Also while the loop stands still.
    await session.client.pauseRequest({ threadId: 1 });
    while ((await session.stop()).reason !== 'pause') continue;
    const stopped = (await session.client.customRequest('looplens/tasks')).body.groups;
    for (const group of stopped) expect(await createdAt(group.threadId)).toEqual([made]);
  });

  test('keeps silent where no context is lost', async () => {
    session = await Session.open();
    const ended = session.client.waitForEvent('terminated').then(() => 'ended');
    const args = { args: ['kept'] };
    await session.launch(
      major,
      fixture('async-trouble.cjs'),
      (s) => s.exceptions({ filterId: 'context-lost' }),
      args,
    );
    expect(await Promise.race([session.stop(), ended])).toBe('ended');
  });

  test('stops for what asynchronous code does wrong', async () => {
    const trouble = fixture('async-trouble.cjs');
    const at = (text: string): number => lineOf('async-trouble.cjs', text);
    const stopAt = async (kind: string, filterId: string, condition?: string): Promise<string[]> => {
      session = await Session.open();
      const args = { args: [kind] };
      await session.launch(
        major,
        trouble,
        (s) => s.exceptions({ filterId, ...(condition === undefined ? {} : { condition }) }),
        args,
      );
      const stop = await session.stop();
      expect(stop.reason).toBe('exception');
      const shape = await session.shape(stop.threadId);
      await session.close();
      return [stop.description ?? '', ...shape];
    };
    expect(await stopAt('block', 'loop-blocked', '200 ms')).toEqual([
      'Loop blocked',
      `blockFor:${at('while (Date.now')}`,
      expect.stringMatching(`:${at('block: ()')}$`),
      '[setTimeout]',
    ]);
    expect(await stopAt('block', 'callback-long', '100')).toEqual(
      expect.arrayContaining(['Long callback', `blockFor:${at('while (Date.now')}`]),
    );
    expect((await stopAt('microtasks', 'microtasks-long', '150 ms'))[0]).toBe('Long microtask drain');
    expect(await stopAt('pending', 'promise-pending', '0.5 s')).toEqual([
      'Promise pending',
      `waiter:${at('await new Promise(() => {})')}`,
    ]);
    expect(await stopAt('rejection', 'unhandled-rejection')).toEqual([
      'Unhandled rejection',
      `rejects:${at("throw new TypeError('nobody cares')")}`,
      '[await]',
      `careless:${at('await rejects();')}`,
    ]);
    expect(await stopAt('context', 'context-lost')).toEqual([
      'Async context lost',
      expect.stringMatching(`:${at("response.end('late')")}$`),
      `flush:${at('for (const ready of queue')}`,
      expect.stringMatching(`:${at('setInterval(() => flush(), 50)')}$`),
      '[setTimeout]',
    ]);
    expect(await stopAt('store', 'context-lost')).toEqual([
      'Async context lost',
      `whose:${at('users.getStore()')}`,
      expect.stringMatching(`:${at('queue.push(() => whose())')}$`),
      `flush:${at('for (const ready of queue')}`,
      '[setTimeout]',
    ]);
    expect(await stopAt('sync', 'sync-in-request')).toEqual([
      'Paused on a synchronous call',
      expect.stringMatching(`:${at('response.end(fs.readFileSync')}$`),
      '[socket]',
    ]);
  });
});
