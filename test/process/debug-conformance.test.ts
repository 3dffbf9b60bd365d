import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { afterAll, afterEach, expect, test } from 'vitest';
import { fixture, lineOf, Session } from './debug-client.ts';

const ORDERS = fixture('orders.cjs');
const line = (text: string): number => lineOf('orders.cjs', text);
const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'll-conform-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Which request each capability promises. */
const PROMISES: Record<string, string> = {
  supportsConfigurationDoneRequest: 'configurationDone',
  supportsFunctionBreakpoints: 'setFunctionBreakpoints',
  supportsSetVariable: 'setVariable',
  supportsCompletionsRequest: 'completions',
  supportsRestartRequest: 'restart',
  supportsRestartFrame: 'restartFrame',
  supportsTerminateRequest: 'terminate',
  supportsExceptionInfoRequest: 'exceptionInfo',
  supportsLoadedSourcesRequest: 'loadedSources',
  supportsBreakpointLocationsRequest: 'breakpointLocations',
  supportsStepBack: 'stepBack',
  supportsGotoTargetsRequest: 'gotoTargets',
  supportsStepInTargetsRequest: 'stepInTargets',
  supportsModulesRequest: 'modules',
  supportsTerminateThreadsRequest: 'terminateThreads',
  supportsSetExpression: 'setExpression',
  supportsDataBreakpoints: 'dataBreakpointInfo',
  supportsReadMemoryRequest: 'readMemory',
  supportsDisassembleRequest: 'disassemble',
  supportsCancelRequest: 'cancel',
};

let session: Session;
afterEach(() => session.close());

const say = (file: string, text: string): string => {
  fs.writeFileSync(path.join(folder, file), text);
  return path.join(folder, file);
};
const refusal = async (command: string, args?: unknown): Promise<string> =>
  session.client.customRequest(command, args).then(
    () => 'no refusal',
    (error: unknown) => (error as Error).message,
  );

test('what the capabilities promise is there, and nothing else; hostile arguments are refused in a sentence', async () => {
  session = await Session.open();
  const capabilities = session.capabilities as Record<string, unknown>;
  for (const [capability, command] of Object.entries(PROMISES)) {
    const answer = await refusal(command, { nonsense: true });
    expect([command, answer.includes('is not supported')]).toEqual([
      command,
      capabilities[capability] !== true,
    ]);
    expect(answer).not.toMatch(/TypeError|undefined|Cannot read/);
  }

  await session.launch(22, ORDERS, (s) => s.breakpoints(ORDERS, { line: line('const found') }));
  await session.stop();
  const hostile: [string, unknown, RegExp | string][] = [
    ['__proto__', {}, 'is not supported'],
    ['toString', {}, 'is not supported'],
    ['setBreakpoints', {}, 'needs an object as "source"'],
    ['setBreakpoints', { source: {} }, 'The breakpoints have no file.'],
    ['setBreakpoints', { source: { path: ORDERS }, breakpoints: [{ line: 'x' }] }, 'as "breakpoints[].line"'],
    ['setBreakpoints', { source: { path: ORDERS }, breakpoints: [null] }, 'as "breakpoints[].line"'],
    ['setFunctionBreakpoints', { breakpoints: [{}] }, 'as "breakpoints[].name"'],
    ['setExceptionBreakpoints', { filters: 'all' }, 'needs a list as "filters"'],
    ['stackTrace', { threadId: 77 }, 'There is no thread 77.'],
    ['stackTrace', { threadId: '1' }, 'needs a whole number as "threadId"'],
    ['continue', { threadId: -1 }, 'There is no thread -1.'],
    ['scopes', { frameId: 1e9 }, 'has gone on since'],
    ['variables', { variablesReference: 2 ** 40 }, 'has gone on since'],
    ['evaluate', { expression: 7 }, 'needs a text as "expression"'],
    ['evaluate', { expression: '(((', frameId: undefined }, 'SyntaxError'],
    ['source', { sourceReference: 99 }, 'This source is not known any more.'],
    ['looplens/selectTask', { threadId: 5, index: 0 }, 'Thread 5 is no group of tasks.'],
    ['launch', { program: 7 }, '"program" is not a string'],
    ['launch', { program: ORDERS, args: 'a b' }, '"args" is not a list of strings'],
    ['launch', { program: ORDERS, env: { A: 1 } }, '"env" is not a table of strings'],
    ['launch', { program: ORDERS, envFile: 'no-such.env' }, '"no-such.env" of "envFile" cannot be read'],
    ['launch', { program: ORDERS, console: 'toaster' }, '"console" is none of'],
    ['launch', { program: ORDERS }, 'This session has a program already.'],
    ['attach', { port: 99_999 }, '"port" is not a number from 1 to 65535'],
    ['attach', { websocketAddress: 'http://x' }, 'is not a ws:// address'],
  ];
  for (const [command, args, said] of hostile) expect(await refusal(command, args)).toMatch(said);
  const odd = {
    filters: ['toString', '__proto__'],
    filterOptions: [{ filterId: 'loop-blocked', condition: 'soon' }],
  };
  const { breakpoints } = (await session.client.customRequest('setExceptionBreakpoints', odd)).body;
  expect(breakpoints).toEqual([
    { verified: false, message: 'There is no exception filter "toString".' },
    { verified: false, message: 'There is no exception filter "__proto__".' },
    { verified: false, message: '"soon" is no time: write 250 ms or 2 s.' },
  ]);
  // It is still there.
  expect((await session.frames()).length).toBeGreaterThan(0);
});

test('breakpoints say why they will not stop', async () => {
  session = await Session.open();
  await session.launch(24, ORDERS, async (s) => {
    await s.breakpoints(ORDERS, { line: line('const all') });
  });
  await session.stop();
  const set = await session.breakpoints(
    ORDERS,
    { line: line('// Three orders') },
    { line: line('let total'), condition: 'id ===' },
    { line: line('let total'), hitCondition: 'often' },
    { line: 4000 },
  );
  expect(set.map(({ verified, line: at, message }) => [verified, verified ? at : message])).toEqual([
    [true, line('const wait')],
    [false, "The condition cannot be read: SyntaxError: Unexpected token ')'."],
    [false, expect.stringContaining('The hit count "often" cannot be read.')],
    [false, expect.stringMatching(/no code/i)],
  ]);
  const [elsewhere] = await session.breakpoints(path.join(folder, 'never-loaded.js'), { line: 1 });
  expect(elsewhere).toMatchObject({ verified: false, message: 'No code of this file has been loaded yet.' });
  const places = await session.client.customRequest('breakpointLocations', {
    source: { path: ORDERS },
    line: line('const others'),
  });
  expect(places.body.breakpoints.length).toBeGreaterThan(2);
});

test.each([18, 24])(
  'function breakpoints; steps into and out of async functions, on Node %i',
  async (major) => {
    session = await Session.open();
    await session.launch(major, ORDERS, async (s) => {
      const { breakpoints } = (
        await s.client.setFunctionBreakpointsRequest({
          breakpoints: [{ name: 'order', condition: 'id === 2' }, { name: 'nowhere' }],
        })
      ).body;
      expect(breakpoints[1]).toMatchObject({
        verified: false,
        message: 'No function "nowhere" has been loaded yet.',
      });
    });
    expect(await session.stop()).toMatchObject({ reason: 'function breakpoint' });
    const where = async (): Promise<string> => {
      const [top] = await session.frames();
      return `${top!.name}:${top!.line} ${await session.evaluate('id', top!.id)}`;
    };
    expect(await where()).toBe(`order:${line('const first')} 2`);
    await session.client.setFunctionBreakpointsRequest({ breakpoints: [] });
    await session.client.stepInRequest({ threadId: 1 });
    await session.stop();
    expect(await where()).toBe(`price:${line('await wait(10)')} 2`);
    const changed = session.events.filter(({ event }) => event === 'breakpoint');
    expect(changed.map(({ body }) => (body as DebugProtocol.BreakpointEvent['body']).breakpoint)).toEqual([
      { id: 1, verified: true },
    ]);
    // Over an await, out to the function that awaits, and over its await: always the same order.
    const steps = ['next', 'next', 'stepOut', 'next', 'next'];
    const seen: string[] = [];
    for (const step of steps) {
      await session.client.customRequest(step, { threadId: 1 });
      await session.stop();
      seen.push(await where());
    }
    expect(seen).toEqual([
      `price:${line('const found')} 2`,
      `price:${line('return found')} 2`,
      `order:${line('let total')} 2`,
      `order:${line('const others')} 2`,
      `order:${line('total += ')} 2`,
    ]);
  },
);

test('programs that end at once, do not parse, or fail: their output and exit code are told', async () => {
  const ends = async (file: string): Promise<{ output: string; exitCode: number }> => {
    session = await Session.open();
    const over = session.client.waitForEvent('terminated');
    await session.launch(20, file);
    await over;
    const exited = session.events.find(({ event }) => event === 'exited') as DebugProtocol.ExitedEvent;
    const output = session.output.map((one) => one.output).join('');
    await session.close();
    return { output, exitCode: exited.body.exitCode };
  };
  expect(await ends(say('quick.js', 'console.log("hi"); process.exit(3);'))).toEqual({
    output: 'hi\n',
    exitCode: 3,
  });
  expect(await ends(say('empty.mjs', ''))).toEqual({ output: '', exitCode: 0 });
  const wrong = await ends(say('wrong.js', 'const a = ;\n'));
  expect(wrong).toMatchObject({ output: expect.stringContaining('SyntaxError'), exitCode: 1 });
  expect(wrong.output).not.toContain('Debugger');
});

test('an uncaught exception stops where it is thrown, in an ECMAScript module', async () => {
  const program = say(
    'throws.mjs',
    'await null;\nconst fail = () => {\n  throw new RangeError("out");\n};\nsetTimeout(() => fail(), 5);\n',
  );
  session = await Session.open();
  await session.launch(22, program, (s) => s.exceptions({ filterId: 'uncaught' }));
  expect(await session.stop()).toMatchObject({ reason: 'exception', text: 'RangeError: out' });
  expect((await session.shape()).slice(0, 2)).toEqual(['fail:3', '(anonymous):5']);
  const info = (await session.client.customRequest('exceptionInfo', { threadId: 1 })).body;
  expect(info).toMatchObject({ exceptionId: 'RangeError', breakMode: 'unhandled' });
});

test.each([18, 26])(
  'a pause of an idle program shows its tasks, by what they wait for, on Node %i',
  async (major) => {
    session = await Session.open();
    await session.launch(major, fixture('pool.cjs'), undefined, { showTasks: 'onPause' });
    await session.until('ready');
    // A quick look needs a turn of the loop: now the program is idle.
    await session.client.customRequest('looplens/tasks', { depth: 'quick' });
    expect([(await session.stop()).reason, (await session.stop()).reason]).toEqual([
      'suspended',
      'suspended',
    ]);
    await session.client.pauseRequest({ threadId: 1 });
    const stops = [await session.stop(), await session.stop(), await session.stop()];
    expect(stops.map(({ reason }) => reason)).toEqual(['pause', 'suspended', 'suspended']);
    const at = (text: string): number => lineOf('pool.cjs', text);
    const shapes = await Promise.all(stops.slice(1).map(({ threadId }) => session.shape(threadId)));
    expect(shapes.sort()).toEqual([
      [
        expect.stringMatching(/^\[waiting for resolver held by Pool\.#waiting/),
        `query:${at('await pool.acquire')}`,
        '[await]',
        `handler:${at('await query')}`,
      ],
      [
        expect.stringMatching(/^\[waiting for .*100000 ms/),
        `query:${at('setTimeout(resolve, 100_000)')}`,
        '[await]',
        `handler:${at('await query')}`,
      ],
    ]);
  },
);
