import type { FunctionStart } from '../model/source-facts.ts';
import { SourceFunctions } from './contexts/functions.ts';
import type { Measured } from './measured.ts';

/** Runs of functions that the CPU profile met: there were at least so many. */
export interface RunsSeen {
  /** Executions in which one of them ran. */
  count: number;
  /** From the first to the last, µs. */
  overUs: number;
  /** Routes of the requests among them. */
  routes: string[];
}

/** In which executions one of these functions of a file was seen to run. */
export function runsSeen(file: string, functions: readonly FunctionStart[], measured: Measured): RunsSeen {
  const { profile, work, requests, facts } = measured;
  const source = new SourceFunctions(facts.filter((one) => one.file === file));
  const starts = new Set(functions.map(({ line, column }) => `${line}:${column}`));
  const meets = profile.places.map(({ path }) =>
    path.levels.some(({ frame }) => {
      const start = frame.file === file ? source.at(frame)?.start : undefined;
      return start !== undefined && starts.has(`${start.line}:${start.column}`);
    }),
  );
  const spans = new Set<number>();
  for (let i = 0; i < profile.length; i++) {
    if (!meets[profile.samples[i]!]) continue;
    const at = work.spans.firstEndingAfter(profile.times[i]!);
    if (at < work.spans.length && work.spans.start(at) <= profile.times[i]!) spans.add(at);
  }
  const begun = [...spans].map((at) => work.spans.start(at));
  return {
    count: spans.size,
    overUs: spans.size === 0 ? 0 : Math.max(...begun) - Math.min(...begun),
    routes: [...new Set([...spans].flatMap((at) => requests.route(work.spans.request(at)) ?? []))],
  };
}
