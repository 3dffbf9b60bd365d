import * as vscode from 'vscode';
import type { Task, TaskFrame } from '../../model/task.ts';
import { plain } from '../links.ts';
import type { TasksStore } from './store.ts';
import { waitingText } from '../../tasks/waiting-text.ts';
import { ageText, ownFrame, sparkline, summaryText, taskTitle } from './words.ts';

const VIEW = 'looplens.tasks';

/** A row: a deadlock, a group of tasks, or a frame of its stack. */
export type TaskNode =
  | { kind: 'cycle'; cycle: number }
  | { kind: 'task'; task: number; within: number | undefined }
  | { kind: 'frame'; task: number; frame: number };

/** The "Async Tasks" view: where every suspended async function stands, grouped, deadlocks first. */
export class TasksTree implements vscode.TreeDataProvider<TaskNode> {
  readonly #store: TasksStore;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<TaskNode>;
  readonly #subscription: vscode.Disposable;

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: TasksStore) {
    this.#store = store;
    this.#view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      this.#view,
      store.onDidChange(() => this.#update()),
    );
    this.#update();
  }

  getChildren(node?: TaskNode): TaskNode[] {
    const dump = this.#store.shown?.dump;
    if (!dump) return [];
    if (!node) {
      const inCycles = new Set(dump.cycles.flatMap(({ tasks }) => tasks));
      const others = [...dump.tasks.keys()].filter((task) => !inCycles.has(task));
      return [
        ...dump.cycles.map((_, cycle): TaskNode => ({ kind: 'cycle', cycle })),
        ...others.map((task): TaskNode => ({ kind: 'task', task, within: undefined })),
      ];
    }
    switch (node.kind) {
      case 'cycle':
        return (dump.cycles[node.cycle]?.tasks ?? []).map((task) => ({
          kind: 'task',
          task,
          within: node.cycle,
        }));
      case 'task':
        return (dump.tasks[node.task]?.stack ?? []).map((_, frame) => ({
          kind: 'frame',
          task: node.task,
          frame,
        }));
      case 'frame':
        return [];
    }
  }

  getTreeItem(node: TaskNode): vscode.TreeItem {
    const dump = this.#store.shown?.dump;
    if (node.kind === 'cycle') return cycleItem(dump?.cycles[node.cycle]?.steps ?? []);
    const task = dump?.tasks[node.task];
    if (!task) return new vscode.TreeItem('');
    if (node.kind === 'frame') return frameItem(task.stack[node.frame]!);
    // Counts of one kind of look can be compared; those of a snapshot and of a quick look cannot.
    const history = this.#store.watching ? sparkline(this.#store.counts(task)) : '';
    return taskItem(task, waitingText(this.#store.waiting(task)), [
      history,
      ageText(this.#store.seenMs(task)),
    ]);
  }

  /** Brings the view to the front. */
  async show(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW}.focus`);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #update(): void {
    const { shown, watching } = this.#store;
    this.#view.message = shown && [summaryText(shown.dump, shown.name), ...shown.notes].join(' ');
    const dead = shown?.dump.cycles.length ?? 0;
    this.#view.badge =
      dead > 0
        ? { value: dead, tooltip: dead === 1 ? '1 deadlock' : `${String(dead)} deadlocks` }
        : undefined;
    void vscode.commands.executeCommand('setContext', 'looplens.hasTasks', shown !== undefined);
    void vscode.commands.executeCommand('setContext', 'looplens.watchingTasks', watching);
    this.#changed.fire(undefined);
  }
}

function cycleItem(steps: readonly string[]): vscode.TreeItem {
  const item = new vscode.TreeItem('Deadlock', vscode.TreeItemCollapsibleState.Expanded);
  item.description = `${String(steps.length)} tasks wait for each other`;
  item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
  item.tooltip = steps.join('\n');
  return item;
}

function taskItem(task: Task, waiting: string | undefined, live: readonly string[]): vscode.TreeItem {
  const item = new vscode.TreeItem(taskTitle(task), vscode.TreeItemCollapsibleState.Collapsed);
  const place = placeText(ownFrame(task.stack) ?? task.stack[0]);
  item.description = [...live, place, waiting ?? ''].filter((part) => part !== '').join('  ');
  item.iconPath = new vscode.ThemeIcon(ICONS[task.waitingFor?.kind ?? 'unknown'] ?? 'circle-outline');
  item.contextValue = 'task';
  item.tooltip = new vscode.MarkdownString(
    task.stack.map((frame) => `${plain(frame.function)} ${plain(placeText(frame))}`.trim()).join('  \n'),
  );
  item.accessibilityInformation = {
    label: `${taskTitle(task)}, ${place}, ${waiting ?? 'not known what for'}`,
  };
  return item;
}

/** By what a task waits for. */
const ICONS: Readonly<Partial<Record<string, string>>> = {
  timer: 'watch',
  fs: 'file',
  net: 'plug',
  dns: 'globe',
  http: 'globe',
  stream: 'arrow-swap',
  worker: 'server-process',
  'child-process': 'terminal',
  event: 'bell',
  promise: 'lock',
  unreachable: 'error',
};

function frameItem(frame: TaskFrame): vscode.TreeItem {
  const item = new vscode.TreeItem(frame.function);
  if (frame.kind === 'await') item.contextValue = 'frame';
  item.description = `${placeText(frame)}${frame.exact ? '' : ' (function; its await is not known)'}`;
  item.iconPath = new vscode.ThemeIcon(
    frame.line === 0 ? 'git-merge' : frame.owner === 'package' ? 'package' : 'debug-stackframe',
  );
  if (frame.line > 0 && !frame.file.includes('://') && !frame.file.startsWith('node:')) {
    item.resourceUri = vscode.Uri.file(frame.file);
    item.command = {
      command: 'looplens.openLocation',
      title: 'Open',
      arguments: [{ file: frame.file, line: frame.line, column: frame.column }],
    };
  }
  return item;
}

/** `db.js:12`; '' for a combinator, which stands nowhere. */
function placeText(frame: TaskFrame | undefined): string {
  if (!frame || frame.line === 0) return '';
  return `${frame.file.split(/[\\/]/).pop() ?? ''}:${String(frame.line)}`;
}
