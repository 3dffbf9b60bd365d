import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import { stuckAt } from '../../tasks/verdict.ts';
import { type Chosen, type PickSources, pickTarget } from '../record/pick-target.ts';
import type { TasksStore } from './store.ts';
import type { TasksTree } from './tree.ts';

/** What the commands on tasks need. */
export interface TaskRooms {
  tasks: TasksStore;
  tasksTree: TasksTree;
  /** The processes to choose from. */
  sources: PickSources;
}

/** Picks a process and shows its suspended tasks, by a quick look. */
export async function showTasks(rooms: TaskRooms): Promise<void> {
  const target = await pickTarget(rooms.sources, 'tasks');
  if (target) await look(rooms, target, 'quick');
}

/** Shows the suspended tasks of a program that VS Code's debugger debugs. It may stand at a breakpoint. */
export async function showTasksOf(rooms: TaskRooms, target: Chosen): Promise<void> {
  await look(rooms, target, 'full');
}

/** Asks the process that is shown once more; without one, lets the user pick. */
export async function lookAgain(rooms: TaskRooms, depth: 'quick' | 'full'): Promise<void> {
  const target = rooms.tasks.target ?? (await pickTarget(rooms.sources, 'tasks'));
  if (target) await look(rooms, target, depth);
}

/**
 * Says in a sentence why tasks stand at the line of `argument`, or at the cursor; takes a snapshot when the last look
 * cannot tell.
 */
export async function whyStuck(rooms: TaskRooms, argument: unknown): Promise<void> {
  const { file, line } = placeOf(argument);
  const known = rooms.tasks.shown;
  const here = known && stuckAt(known.dump, file, line);
  if (here?.certain !== true) {
    const target = rooms.tasks.target ?? (await pickTarget(rooms.sources, 'tasks'));
    if (!target) return;
    await look(rooms, target, 'full');
  }
  const shown = rooms.tasks.shown;
  if (!shown) return;
  const { cause, message, next } = stuckAt(shown.dump, file, line);
  const show =
    cause === 'deadlock' || cause === 'never'
      ? vscode.window.showWarningMessage
      : vscode.window.showInformationMessage;
  void show([message, next].join(' ').trim());
}

async function look({ tasks, tasksTree }: TaskRooms, target: Chosen, depth: 'quick' | 'full'): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new UserError(
      'usage',
      'Looking at tasks attaches to running programs, which needs a trusted workspace.',
      'Trust this workspace first.',
    );
  }
  if (await tasks.look(target, depth)) await tasksTree.show();
}

function placeOf(argument: unknown): { file: string; line: number } {
  const { file, line } = (argument ?? {}) as { file?: unknown; line?: unknown };
  if (typeof file === 'string' && typeof line === 'number') return { file, line };
  const editor = vscode.window.activeTextEditor;
  if (!editor || editor.document.uri.scheme !== 'file') {
    throw new UserError(
      'usage',
      'No line is chosen.',
      'Put the cursor on the line of an await, then try again.',
    );
  }
  return { file: editor.document.uri.fsPath, line: editor.selection.active.line + 1 };
}
