import type { AliveDump, AliveThing } from '../model/alive.ts';
import type { Problem } from '../model/problem.ts';
import { clean, escapeJson } from './clean.ts';
import { paintOf, type Paint } from './paint.ts';
import { relativePath } from './paths.ts';
import type { TextOptions } from './text.ts';
import { count, counted, place } from './words.ts';

/** What keeps a process alive, for a terminal. Ends with a line break. */
export function aliveText(
  dump: AliveDump,
  problems: readonly Problem[],
  { cwd, colour }: TextOptions,
): string {
  const paint = paintOf(colour);
  const { things, threads, target } = dump;
  const holding = things.filter(({ ref }) => ref === 'holds');
  // Those of Node itself are nobody's concern.
  const others = things.filter(({ ref, calls }) => ref === 'does-not-hold' && calls.length > 0);
  const blocks = threads.flatMap(({ id, name }) => {
    const title = id === 'main' ? 'The main thread' : `Worker ${clean(name)}`;
    const here = holding.filter(({ thread }) => thread === id);
    const lines = here.length > 0 ? here.map((thing) => thingLine(thing, cwd, paint)) : ['  nothing'];
    return [[`${paint.strong(title)} is kept alive by`, ...lines].join('\n')];
  });
  if (others.length > 0) {
    const lines = others.map((thing) => thingLine(thing, cwd, paint));
    blocks.push([paint.quiet('Open, but does not keep it alive (unref)'), ...lines].join('\n'));
  }
  for (const { message } of problems) blocks.push(paint.quiet(`Note: ${clean(message)}`));
  const total = holding.reduce((sum, thing) => sum + thing.count, 0);
  const process = paint.quiet(`Process ${target.pid}, Node ${target.node}.`);
  const what =
    total === 0
      ? 'Nothing keeps it alive: it ends when its code has run.'
      : `Kept alive by ${counted(total, 'thing')}.`;
  blocks.push(`${paint.strong(what)} ${process}`);
  return `${blocks.join('\n\n')}\n`;
}

function thingLine({ count: times, detail, calls }: AliveThing, cwd: string, paint: Paint): string {
  const called = calls.map(
    (at) => `${at.function ? `${clean(at.function)}  ` : ''}${paint.place(place(at, cwd))}`,
  );
  const then = called.length > 0 ? `  calls ${called.join(', ')}` : '';
  return `  ${paint.strong(`${count(times)} x`)} ${clean(detail)}${then}`;
}

/** The same with `--format json`. Files below `cwd` are relative to it. */
export function aliveJson(dump: AliveDump, problems: readonly Problem[], cwd: string): string {
  const things = dump.things.map((thing) => ({
    ...thing,
    calls: thing.calls.map((at) => ({ ...at, file: relativePath(at.file, cwd) })),
  }));
  return `${escapeJson(JSON.stringify({ version: 1, target: dump.target, threads: dump.threads, alive: things, problems }, undefined, 2))}\n`;
}
