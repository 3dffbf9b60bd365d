import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import type { TargetSpec } from '../../session/contract.ts';
import { type Remedy, showFailure } from '../failure.ts';
import type { FindingsStore } from '../findings/store.ts';
import type { FindingsTree } from '../findings/tree.ts';
import { openRecordingEditor } from '../recordings/editor.ts';
import { type Chosen, type PickSources, pickTarget } from './pick-target.ts';
import type { Recorder } from './recorder.ts';

/** What the record commands need. */
export interface RecordRooms {
  recorder: Recorder;
  store: FindingsStore;
  tree: FindingsTree;
  log: vscode.LogOutputChannel;
  /** The processes to choose from. */
  sources: PickSources;
}

/** Picks a process (or takes the one that a keybinding or another extension names), records it, shows the findings. */
export async function recordProcess(rooms: RecordRooms, named?: unknown): Promise<void> {
  const chosen = named === undefined ? await pickTarget(rooms.sources) : readTarget(named);
  if (chosen) await recordAndShow(rooms, chosen);
}

/** Records what was chosen until it ends, then shows what was found. */
export async function recordAndShow(
  { recorder, store, tree, log }: RecordRooms,
  chosen: Chosen,
): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new UserError(
      'usage',
      'Recording attaches to running programs, which needs a trusted workspace.',
      'Trust this workspace first; opening recordings works without.',
    );
  }
  log.info(`recording ${chosen.name}: ${JSON.stringify(chosen.spec)}`);
  const file = await recorder.record(chosen);
  if (file !== undefined) await showFindings({ recorder, store, tree, log }, file, chosen.name);
}

/** Analyses a recording and shows its findings at the lines and in the tree. */
async function showFindings(
  { recorder, store, tree, log }: Omit<RecordRooms, 'sources'>,
  file: string,
  name: string,
): Promise<void> {
  const open: Remedy = { title: 'Open Recording', run: () => openRecordingEditor(file) };
  try {
    const outcome = await recorder.analyze(file, name);
    if (!outcome) {
      tell(`The analysis was stopped; the recording of ${name} is kept.`, open);
      return;
    }
    for (const problem of outcome.problems) log.warn(problem.message);
    store.setMeasured({ report: outcome.value, recording: file });
    const [worst] = store.findings();
    await tree.reveal(worst, 'glance');
    const count = store.findings().length;
    tell(worst ? `${plural(count)} in ${name}. ${worst.message}` : outcome.value.health.message, open);
  } catch (error) {
    showFailure(error, log, open);
  }
}

function tell(message: string, remedy: Remedy): void {
  void vscode.window.showInformationMessage(message, remedy).then((chosen) => chosen?.run());
}

const plural = (count: number): string => (count === 1 ? '1 finding' : `${count} findings`);

/** A target given as a command argument: `{ kind: 'pid', pid }` and so on. */
function readTarget(value: unknown): Chosen {
  const spec = value as Partial<TargetSpec> | null;
  switch (spec?.kind) {
    case 'pid':
      if (typeof spec.pid === 'number')
        return { spec: { kind: 'pid', pid: spec.pid }, name: `pid ${spec.pid}` };
      break;
    case 'inspect':
      if (typeof spec.port === 'number') {
        const host = typeof spec.host === 'string' ? spec.host : '127.0.0.1';
        return { spec: { kind: 'inspect', host, port: spec.port }, name: `port ${spec.port}` };
      }
      break;
    case 'ws':
      if (typeof spec.url === 'string') return { spec: { kind: 'ws', url: spec.url }, name: spec.url };
      break;
    case 'command':
    case undefined:
      break;
  }
  throw new UserError(
    'usage',
    'looplens.record was called with an argument that names no process.',
    'Give { "kind": "pid", "pid": 4242 } or { "kind": "inspect", "port": 9229 }.',
  );
}
