import { clock, count, millis, percent } from '../../base/figures.ts';
import type { RecordProgress } from '../../session/contract.ts';
import { commandLink, plain } from '../links.ts';
import type { RecorderState } from './recorder.ts';

/** What the status bar item says. */
export interface StatusText {
  text: string;
  /** Markdown. */
  tooltip: string;
  /** True when the loop is delayed beyond the threshold. */
  warn: boolean;
  /** For screen readers. */
  label: string;
}

/** The words for a state of the recorder; undefined when there is nothing to show. */
export function statusText(state: RecorderState, thresholdMs: number): StatusText | undefined {
  if (state.phase === 'idle') return undefined;
  const name = plain(state.name);
  if (state.phase === 'analyzing') {
    return {
      text: '$(loading~spin) LoopLens: analyzing',
      tooltip: `Analyzing the recording of **${name}**. Click to stop; the recording is kept.`,
      warn: false,
      label: `LoopLens is analyzing the recording of ${state.name}. Activate to stop.`,
    };
  }
  const { progress } = state;
  if (state.stopping || progress?.phase === 'finishing') return waiting('finishing', name, state.name);
  if (progress?.phase !== 'recording') return waiting('connecting', name, state.name);
  const delay = millis(progress.delayP99Ms);
  const warn = progress.delayP99Ms >= thresholdMs;
  return {
    text: `$(record) ${clock(progress.elapsedMs)}  $(pulse) ${delay}`,
    tooltip: recordingTooltip(name, progress, thresholdMs),
    warn,
    label: `LoopLens records ${state.name}, event loop delay ${delay}. Activate to stop.`,
  };
}

function waiting(what: string, name: string, label: string): StatusText {
  return {
    text: `$(loading~spin) LoopLens: ${what}`,
    tooltip: `${what === 'connecting' ? 'Connecting to' : 'Finishing the recording of'} **${name}**.`,
    warn: false,
    label: `LoopLens is ${what}: ${label}`,
  };
}

function recordingTooltip(name: string, progress: RecordProgress, thresholdMs: number): string {
  const over = progress.delayP99Ms >= thresholdMs ? `, over your threshold of ${millis(thresholdMs)}` : '';
  const lost = progress.dropped > 0 ? `${count(progress.dropped)} lost` : 'none lost';
  return [
    `$(record) **Recording ${name}**, ${clock(progress.elapsedMs)}`,
    [
      '| | |',
      '|:---|:---|',
      `| Event loop delay | &nbsp; p99 ${millis(progress.delayP99Ms)} in the last second${over} |`,
      `| Events | &nbsp; ${count(progress.events)}, ${lost} |`,
      `| Cost of recording | &nbsp; ${percent(progress.overheadShare)} of the main thread's CPU |`,
    ].join('\n'),
    [
      commandLink('$(debug-stop) Stop and show findings', 'looplens.stop'),
      commandLink('$(output) Log', 'looplens.showLog'),
    ].join(' &nbsp;·&nbsp; '),
  ].join('\n\n');
}
