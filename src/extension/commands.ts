import path from 'node:path';
import * as vscode from 'vscode';
import type { Beside } from './debug/beside.ts';
import { debugBeside, debugFile } from './debug/configurations.ts';
import { debuggedTarget } from './debug/debugged.ts';
import { goToCreation } from './debug/creation.ts';
import { explain } from './explain.ts';
import { guarded } from './failure.ts';
import { goTo, readDestination } from './go-to.ts';
import { ignoreEdit } from './inline/fixes.ts';
import type { InlinePresence } from './inline/presence.ts';
import { type FindingRef, findRef } from './links.ts';
import { recordAndShow, recordProcess, type RecordRooms } from './record/command.ts';
import { requireRunnableFile, runSpec } from './record/current-file.ts';
import { chooseRecording, saveRecording } from './recordings/choose.ts';
import { openRecordingEditor } from './recordings/editor.ts';
import { showComparison } from './recordings/comparison.ts';
import type { Recordings } from './recordings/recordings.ts';
import type { TreeNode } from './findings/tree.ts';
import { showAlive } from './tasks/alive.ts';
import { lookAgain, showTasks, showTasksOf, type TaskRooms, whyStuck } from './tasks/commands.ts';

/** What the commands act on. */
export interface CommandRooms extends RecordRooms, TaskRooms {
  /** Folder of this extension. */
  extensionUri: vscode.Uri;
  recordings: Recordings;
  presence: InlinePresence;
  beside: Beside;
}

/** Registers every command of package.json; what one throws is shown to the user. */
export function registerCommands(rooms: CommandRooms): vscode.Disposable {
  const { recorder, store, tree, log, presence, recordings, tasks } = rooms;
  const find = (value: unknown) => findRef(store.findings(), refFrom(value));

  const commands: Record<string, (argument?: unknown, context?: unknown) => unknown> = {
    'looplens.record': (target) => recordProcess(rooms, target),
    'looplens.recordFile': () => {
      const file = requireRunnableFile();
      return recordAndShow(rooms, { spec: runSpec(file), name: path.basename(file.fsPath) });
    },
    'looplens.debugFile': () => debugFile(requireRunnableFile()),
    'looplens.debugBeside': (chosen) => debugBeside(chosen, rooms.beside),
    'looplens.recordDebugged': async (chosen) =>
      recordAndShow(rooms, await debuggedTarget(chosen, rooms.beside)),
    'looplens.tasksDebugged': async (chosen) =>
      showTasksOf(rooms, await debuggedTarget(chosen, rooms.beside)),
    'looplens.stop': () => recorder.stop(),
    'looplens.openRecording': async () => {
      const file = await chooseRecording(recordings);
      if (file !== undefined) await openRecordingEditor(file);
    },
    'looplens.compareRecordings': async () => {
      const base = await chooseRecording(recordings, 'Compare Recordings: the One Before (Base)');
      if (base === undefined) return;
      const head = await chooseRecording(recordings, 'Compare Recordings: the One After (Head)', base);
      if (head !== undefined) showComparison({ base, head }, rooms.extensionUri, log);
    },
    'looplens.showRecording': () => store.measured && openRecordingEditor(store.measured.recording),
    'looplens.saveRecording': () => saveRecording(store.measured?.recording),
    'looplens.clear': () => store.setMeasured(undefined),
    'looplens.groupByFile': () => tree.setGrouping('file'),
    'looplens.groupBySeverity': () => tree.setGrouping('severity'),
    'looplens.toggleInline': () => presence.toggle(),
    'looplens.explain': (rule) => explain(ruleFrom(rule)),
    'looplens.showLog': () => log.show(),
    'looplens.openLocation': (place) => goTo(readDestination(place)),
    'looplens.showInTree': (ref) => tree.reveal(find(ref), 'focus'),
    'looplens.dismiss': (ref) => {
      const finding = find(ref);
      if (finding) store.dismiss(finding);
    },
    'looplens.ignore': (ref) => ignore(refFrom(ref)),
    'looplens.showTasks': () => showTasks(rooms),
    'looplens.refreshTasks': () => lookAgain(rooms, 'quick'),
    'looplens.snapshotTasks': () => lookAgain(rooms, 'full'),
    'looplens.watchTasks': () => tasks.watch(),
    'looplens.unwatchTasks': () => tasks.unwatch(),
    'looplens.clearTasks': () => tasks.clear(),
    'looplens.whatKeepsAlive': () => showAlive(rooms),
    'looplens.goToCreation': (row, context) => goToCreation(tasks, rooms.beside, row, context),
    'looplens.whyStuck': (place) => whyStuck(rooms, place),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, guarded(log, run))),
  );
}

/** From a link in a hover, or from the context menu of a row of the tree. */
function refFrom(value: unknown): FindingRef {
  const node = value as Partial<TreeNode> | undefined;
  if (node?.kind === 'finding' && node.finding) {
    const { rule, location } = node.finding;
    return { rule, file: location.file, line: location.line, column: location.column };
  }
  const { rule, file, line, column } = (value ?? {}) as Partial<FindingRef>;
  return { rule: rule ?? '', file: file ?? '', line: line ?? 0, column: column ?? 0 };
}

function ruleFrom(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value === undefined ? undefined : refFrom(value).rule;
}

async function ignore({ rule, file, line }: FindingRef): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  await vscode.workspace.applyEdit(ignoreEdit(document, rule, Math.max(0, line - 1)));
}
