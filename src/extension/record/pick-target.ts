import * as vscode from 'vscode';
import type { TargetListing, TargetSpec } from '../../session/contract.ts';
import { listTargets } from '../../session/targets.ts';
import { runnableFile, runSpec } from './current-file.ts';
import { editorHome, isEditorsOwn, listingDetail, listingName } from './listing-words.ts';

/** What the user chose to record. */
export interface Chosen {
  spec: TargetSpec;
  /** For people and file names: `server.js`. */
  name: string;
}

/** A process that VS Code's own debugger debugs. */
export interface DebuggedProcess {
  pid: number;
  chosen: Chosen;
}

/** What tells the processes to choose from apart. */
export interface PickSources {
  /** Folder of the installed extensions: processes from there are VS Code's own. '' when unknown. */
  extensionsHome: string;
  debugged: () => Promise<DebuggedProcess[]>;
}

interface TargetItem extends vscode.QuickPickItem {
  chosen?: Chosen;
}

const REFRESH: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon('refresh'),
  tooltip: 'Look again',
};

/**
 * Lets the user pick a running Node process, or run the current file. Undefined when they changed their mind.
 * Throws what listing throws.
 */
export function pickTarget(sources: PickSources, purpose: Purpose = 'record'): Promise<Chosen | undefined> {
  return new Promise((resolve, reject) => {
    const pick = vscode.window.createQuickPick<TargetItem>();
    pick.title = TITLES[purpose];
    pick.placeholder = 'Which process? It keeps running; nothing has to be restarted.';
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.buttons = [REFRESH];

    const fill = async (): Promise<void> => {
      pick.busy = true;
      const [all, debugged] = await Promise.all([listTargets(), sources.debugged()]);
      pick.items = itemsFor(all, debugged, sources.extensionsHome, purpose);
      pick.busy = false;
    };
    const fail = (error: unknown): void => {
      reject(error instanceof Error ? error : new Error(String(error)));
      pick.dispose();
    };

    pick.onDidTriggerButton(() => void fill().catch(fail));
    pick.onDidAccept(() => {
      const chosen = pick.selectedItems[0]?.chosen;
      if (!chosen) return;
      resolve(chosen);
      pick.dispose();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
    fill().catch(fail);
  });
}

/** What the process is wanted for. A program that is only to be looked at is not started for it. */
export type Purpose = 'record' | 'tasks';

const TITLES: Readonly<Record<Purpose, string>> = {
  record: 'Record Running Node Process',
  tasks: 'Show Async Tasks of a Node Process',
};

function itemsFor(
  all: readonly TargetListing[],
  debugged: readonly DebuggedProcess[],
  extensionsHome: string,
  purpose: Purpose,
): TargetItem[] {
  const ours = { pid: process.pid, homes: [editorHome(vscode.env.appRoot), extensionsHome] };
  const known = new Set(debugged.map(({ pid }) => pid));
  const users = all.filter((one) => !isEditorsOwn(one, ours) && !known.has(one.pid)).sort(workspaceFirst);
  const editors = all.filter((one) => isEditorsOwn(one, ours));
  const processes = [
    ...(debugged.length > 0 ? [separator('Debugged in VS Code'), ...debugged.map(debuggedItem)] : []),
    ...group('Inspector is open', users, 'inspectable'),
    ...group('Can be opened with a signal', users, 'activatable'),
  ];
  const file = purpose === 'record' ? runnableFile() : undefined;
  const run: TargetItem[] = file
    ? [
        separator(users.length === 0 ? 'No Node process of yours is running' : 'Or start one'),
        {
          label: `$(play) Run ${vscode.workspace.asRelativePath(file)}`,
          description: 'and record it from the start',
          chosen: { spec: runSpec(file), name: vscode.workspace.asRelativePath(file).split('/').pop() ?? '' },
        },
      ]
    : [];
  const nothing: TargetItem[] =
    users.length + debugged.length === 0 && !file
      ? [
          {
            label: 'No Node process of yours is running',
            detail: 'Start one, or open a file to run; then look again.',
          },
        ]
      : [];
  const own = editors.length > 0 ? [separator('VS Code itself'), ...editors.map(itemOf)] : [];
  return [...processes, ...nothing, ...run, ...own];
}

function group(label: string, all: readonly TargetListing[], state: TargetListing['state']): TargetItem[] {
  const items = all.filter((one) => one.state === state).map(itemOf);
  return items.length > 0 ? [separator(label), ...items] : [];
}

function itemOf(listing: TargetListing): TargetItem {
  const spec: TargetSpec =
    listing.state === 'inspectable' && listing.port !== undefined
      ? { kind: 'inspect', host: listing.host ?? '127.0.0.1', port: listing.port }
      : { kind: 'pid', pid: listing.pid };
  return {
    label: `$(${listing.state === 'inspectable' ? 'debug-alt-small' : 'zap'}) ${listingName(listing)}`,
    description: listingDetail(listing),
    detail: listing.cwd ?? listing.commandLine,
    chosen: { spec, name: listingName(listing) },
  };
}

function debuggedItem({ pid, chosen }: DebuggedProcess): TargetItem {
  return { label: `$(debug-alt-small) ${chosen.name}`, description: `pid ${pid}`, chosen };
}

function separator(label: string): TargetItem {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

function workspaceFirst(a: TargetListing, b: TargetListing): number {
  return Number(inWorkspace(b)) - Number(inWorkspace(a)) || listingName(a).localeCompare(listingName(b));
}

function inWorkspace({ script, cwd }: TargetListing): boolean {
  const place = script !== '' ? script : cwd;
  return !!place && vscode.workspace.getWorkspaceFolder(vscode.Uri.file(place)) !== undefined;
}
