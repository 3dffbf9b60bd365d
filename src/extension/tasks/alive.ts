import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import type { AliveKind, AliveThing } from '../../model/alive.ts';
import { whatKeepsAlive } from '../../session/alive.ts';
import { goTo } from '../go-to.ts';
import { pickTarget } from '../record/pick-target.ts';
import type { TaskRooms } from './commands.ts';

interface AliveItem extends vscode.QuickPickItem {
  thing?: AliveThing;
}

/** Lists what keeps the process alive that is shown, or one that the user picks; choosing opens the code that it calls. */
export async function showAlive({ tasks, sources }: TaskRooms): Promise<void> {
  if (!vscode.workspace.isTrusted) {
    throw new UserError(
      'usage',
      'Looking into running programs attaches to them, which needs a trusted workspace.',
      'Trust this workspace first.',
    );
  }
  const target = tasks.target ?? (await pickTarget(sources, 'tasks'));
  if (!target) return;
  const dump = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Looking at ${target.name}`, cancellable: true },
    async (_progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      try {
        return (await whatKeepsAlive(target.spec, { signal: stop.signal })).value;
      } catch (error) {
        if (stop.signal.aborted) return undefined;
        throw error;
      }
    },
  );
  if (!dump) return;
  const names = new Map(dump.threads.map(({ id, name }) => [id, id === 'main' ? '' : name]));
  const holding = dump.things.filter(({ ref }) => ref === 'holds');
  const others = dump.things.filter(({ ref, calls }) => ref === 'does-not-hold' && calls.length > 0);
  const chosen = await vscode.window.showQuickPick<AliveItem>(
    [
      ...holding.map((thing) => itemOf(thing, names.get(thing.thread) ?? '')),
      ...(others.length > 0
        ? [{ label: 'Open, but does not keep it alive', kind: vscode.QuickPickItemKind.Separator }]
        : []),
      ...others.map((thing) => itemOf(thing, names.get(thing.thread) ?? '')),
    ],
    {
      title: `What keeps ${target.name} alive`,
      placeHolder:
        holding.length > 0
          ? 'Choose one to see the code that it calls'
          : 'Nothing: it ends when its code has run',
      matchOnDescription: true,
      matchOnDetail: true,
    },
  );
  const place = chosen?.thing?.calls[0];
  if (place) await goTo(place);
}

function itemOf(thing: AliveThing, thread: string): AliveItem {
  const { count, detail, kind, calls } = thing;
  const called = calls.map(({ function: name, file, line }) =>
    `${name ?? ''} ${file.split(/[\\/]/).at(-1) ?? ''}:${String(line)}`.trim(),
  );
  return {
    label: `$(${ICONS[kind]}) ${count > 1 ? `${String(count)} × ` : ''}${detail}`,
    description: thread,
    ...(called.length > 0 && { detail: `calls ${called.join(', ')}` }),
    thing,
  };
}

const ICONS: Readonly<Record<AliveKind, string>> = {
  timer: 'watch',
  server: 'radio-tower',
  socket: 'plug',
  'child-process': 'terminal',
  worker: 'server-process',
  port: 'arrow-swap',
  watcher: 'eye',
  terminal: 'terminal',
  request: 'file',
  other: 'circle-outline',
};
