import path from 'node:path';
import * as vscode from 'vscode';
import { registerCommands } from './commands.ts';
import { Beside } from './debug/beside.ts';
import { debuggedProcesses } from './debug/debugged.ts';
import { provideDebugging } from './debug/debugging.ts';
import { Placer } from './findings/placed.ts';
import { FindingsStore } from './findings/store.ts';
import { FindingsTree } from './findings/tree.ts';
import { Hints } from './hints.ts';
import { showDiagnostics } from './inline/diagnostics.ts';
import { showEndOfLine } from './inline/end-of-line.ts';
import { offerFixes } from './inline/fixes.ts';
import { showHovers } from './inline/hover.ts';
import { showLenses } from './inline/lens.ts';
import { InlinePresence } from './inline/presence.ts';
import { Refresh } from './inline/refresh.ts';
import { showContext } from './record/context.ts';
import { Recorder } from './record/recorder.ts';
import { showStatus } from './record/status.ts';
import { askInWorker } from './tasks/ask.ts';
import { showTaskLenses } from './tasks/lenses.ts';
import { TasksStore } from './tasks/store.ts';
import { TasksTree } from './tasks/tree.ts';
import { provideRecordingEditor } from './recordings/editor.ts';
import { Recordings } from './recordings/recordings.ts';

/** What other extensions and our host tests may use. */
export interface LoopLensApi {
  readonly store: FindingsStore;
  readonly recorder: Recorder;
  readonly tree: FindingsTree;
  readonly tasks: TasksStore;
}

/** The table of contents: makes each part, hands it what it needs, and leaves it to VS Code to dispose. */
export function activate(context: vscode.ExtensionContext): LoopLensApi {
  const keep = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = keep(vscode.window.createOutputChannel('LoopLens', { log: true }));
  const recordings = new Recordings(path.join(context.globalStorageUri.fsPath, 'recordings'));

  // What is known, and where it stands.
  const store = keep(new FindingsStore());
  const placer = keep(new Placer(store));
  keep(new Hints(store, log));

  // At the lines.
  const presence = keep(new InlinePresence(context.workspaceState));
  const refresh = keep(new Refresh(store, presence));
  keep(showDiagnostics(store, placer, presence, refresh));
  keep(showLenses(placer, presence, refresh));
  keep(showEndOfLine(placer, presence, refresh));
  keep(showHovers(placer, presence));
  keep(offerFixes(placer));

  // Around them.
  const tree = keep(new FindingsTree(store, context.workspaceState));
  keep(provideRecordingEditor(context.extensionUri, store, log));

  // Recording.
  const recorder = keep(new Recorder(recordings, log));
  keep(showStatus(recorder));
  keep(showContext(recorder));

  // Where every async function stands.
  const tasks = keep(new TasksStore(askInWorker, log));
  const tasksTree = keep(new TasksTree(tasks));
  keep(showTaskLenses(tasks));

  // An extension under development lies among the user's own projects, not among installed extensions.
  const installed = context.extensionMode === vscode.ExtensionMode.Production;
  const extensionsHome = installed ? path.dirname(context.extensionPath) : '';
  const beside = keep(new Beside(log));
  const sources = { extensionsHome, debugged: () => debuggedProcesses(beside) };
  const rooms = {
    extensionUri: context.extensionUri,
    recorder,
    recordings,
    store,
    tree,
    presence,
    log,
    sources,
    tasks,
    tasksTree,
    beside,
  };
  keep(registerCommands(rooms));
  keep(provideDebugging(context, sources, beside, log));
  return { store, recorder, tree, tasks };
}
