import path from 'node:path';
import type { TargetListing } from '../../session/contract.ts';

/** What tells the editor's own processes from the user's. */
export interface Ourselves {
  /** The extension host's. */
  pid: number;
  /** Where VS Code and its extensions are installed, absolute. */
  homes: readonly string[];
}

/** Everything that came with VS Code: some servers keep it in `lib/vscode` below their own code. */
export function editorHome(appRoot: string): string {
  return appRoot.replace(/[\\/]lib[\\/]vscode$/, '');
}

/** True for processes that belong to VS Code itself: its hosts, language servers, watchers. */
export function isEditorsOwn({ pid, script, commandLine }: TargetListing, ours: Ourselves): boolean {
  if (pid === ours.pid) return true;
  const text = normal(`${script} ${commandLine}`);
  return ours.homes.some((home) => home !== '' && text.includes(normal(home)));
}

/** `server.js`; the beginning of the command line for a process without a script. */
export function listingName({ script, commandLine }: TargetListing): string {
  if (script !== '') return path.posix.basename(script.replaceAll('\\', '/'));
  const words = commandLine.trim();
  return words.length > 60 ? `${words.slice(0, 59)}…` : words;
}

/** `pid 4242 · port 9229 · v24.21.0 · 2 workers`. */
export function listingDetail({ pid, port, node, workers }: TargetListing): string {
  return [
    `pid ${pid}`,
    port === undefined ? '' : `port ${port}`,
    node ?? '',
    workers.length === 0 ? '' : `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'}`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

const normal = (text: string): string => text.replaceAll('\\', '/').toLowerCase();
