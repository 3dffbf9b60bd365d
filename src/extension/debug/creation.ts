import * as vscode from 'vscode';
import { describeError } from '../../base/user-error.ts';
import { whereCalled } from '../../tasks/where-called.ts';
import { goTo } from '../go-to.ts';
import type { TasksStore } from '../tasks/store.ts';
import type { TaskNode } from '../tasks/tree.ts';
import type { Beside } from './beside.ts';
import { chosenRow } from './stack-row.ts';

interface CalledAt {
  function: string;
  file: string;
  line: number;
  column: number;
  count: number;
}

/**
 * Opens the line that called a suspended function: for a task the one that created it. Where it is not known, says why.
 * @param argument row of the Async Tasks view
 * @param context row of the Call Stack view; without either, its focused row
 */
export async function goToCreation(
  tasks: TasksStore,
  beside: Beside,
  argument: unknown,
  context: unknown,
): Promise<void> {
  let places: CalledAt[];
  try {
    places = isNode(argument) ? ofNode(tasks, argument) : await ofStack(beside, context);
  } catch (error) {
    // Not to know is no failure.
    void vscode.window.showInformationMessage(describeError(error));
    return;
  }
  const place = await choose(places);
  if (place) await goTo(place);
}

function isNode(argument: unknown): argument is Exclude<TaskNode, { kind: 'cycle' }> {
  const { kind } = (argument ?? {}) as Partial<TaskNode>;
  return kind === 'task' || kind === 'frame';
}

function ofNode(tasks: TasksStore, node: Exclude<TaskNode, { kind: 'cycle' }>): CalledAt[] {
  const task = tasks.shown?.dump.tasks[node.task];
  return task ? whereCalled(task, node.kind === 'frame' ? node.frame : undefined) : [];
}

async function ofStack(beside: Beside, context: unknown): Promise<CalledAt[]> {
  const active = vscode.debug.activeStackItem;
  const row = chosenRow(context) ?? active;
  const session = (row && 'sessionId' in row ? beside.own(row.sessionId) : undefined) ?? active?.session;
  if (!row || !session) throw new Error('No suspended task is chosen. Select one in the Call Stack.');
  const frame = 'frame' in row ? row.frame : undefined;
  const { places } = (await session.customRequest('looplens/creation', {
    threadId: row.threadId,
    frame,
  })) as {
    places: (Omit<CalledAt, 'file'> & { source: { path: string } })[];
  };
  return places.map(({ source, ...place }) => ({ ...place, file: source.path }));
}

async function choose(places: readonly CalledAt[]): Promise<CalledAt | undefined> {
  if (places.length < 2) return places[0];
  const items = places.map((place) => ({
    label: `${place.function} ${vscode.workspace.asRelativePath(place.file)}:${String(place.line)}`,
    description: place.count === 1 ? '1 task' : `${String(place.count)} tasks`,
    place,
  }));
  const title = 'The tasks of this group were created in several places';
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.place;
}
