import * as vscode from 'vscode';
import { tasksInWorker } from '../../session/tasks-client.ts';
import type { PauseEstimate } from '../../session/tasks.ts';
import type { AskTasks } from './store.ts';

/** Asks in a worker thread; before a snapshot holds the process for long, the user is asked. */
export const askInWorker: AskTasks = (spec, { depth, signal, onProgress }) =>
  tasksInWorker(spec, {
    depth,
    signal,
    onProgress: ({ phase, received }) => {
      const megabytes = Math.round(received / 1e6);
      onProgress(phase === 'snapshot' && megabytes > 0 ? `snapshot, ${String(megabytes)} MB` : PHASES[phase]);
    },
    mayPause: confirmPause,
  });

const PHASES = {
  stacks: 'reading stacks',
  snapshot: 'taking the snapshot',
  graph: 'reading the snapshot',
} as const;

async function confirmPause({ heapMB, pauseMs }: PauseEstimate): Promise<boolean> {
  const seconds = String(Math.max(1, Math.round(pauseMs / 1000)));
  const answer = await vscode.window.showWarningMessage(
    `A snapshot of this heap of ${String(Math.round(heapMB))} MB will hold the process for about ${seconds} s.`,
    {
      modal: true,
      detail:
        'It answers nobody meanwhile. A quick look holds it much shorter, but cannot tell what is waited for.',
    },
    'Take Snapshot',
  );
  return answer !== undefined;
}
