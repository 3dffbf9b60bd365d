import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HoldingEmitter } from '../base/emitter.ts';
import type { Listen } from '../base/emitter.ts';
import { FOLLOW_VARIABLE } from './follow-protocol.ts';
import type { Announcement } from './follow-protocol.ts';

/** How often announcements are looked for, ms: a process waits for us meanwhile. */
const POLL_MS = 20;

/** Node processes below a command, as each says that it is there and waits for the agent. */
export interface Children {
  /** Environment that makes the Node processes below a command announce themselves. */
  readonly env: Record<string, string>;
  readonly onProcess: Listen<Announcement>;
  /** Workers of this process are followed from now on: they wait for the agent, too. */
  followWorkersOf(pid: number): Promise<void>;
  /** Lets a waiting process go on without us. */
  letGo(pid: number): Promise<void>;
  /** Processes that start from now on run without us; those that wait still do. */
  refuse(): Promise<void>;
  /** The same, and those that wait go on. */
  close(): Promise<void>;
}

/**
 * @param preload absolute path of the script that runs in each process before the program
 * @param root `direct`: our own child is Node, and recorded even if its script usually only starts others
 */
export async function watchChildren(preload: string, root: 'direct' | 'indirect'): Promise<Children> {
  const folder = await fs.mkdtemp(path.join(await fs.realpath(os.tmpdir()), 'll-follow-'));
  const processes = new HoldingEmitter<Announcement>();
  const taken = new Set<string>();
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    for (const name of await fs.readdir(folder).catch(() => [])) {
      if (!name.endsWith('.json') || taken.has(name)) continue;
      taken.add(name);
      const announced = readAnnouncement(await fs.readFile(path.join(folder, name), 'utf8').catch(() => ''));
      if (announced) processes.fire(announced);
    }
  };
  const timer = setInterval(() => {
    looking ??= look().finally(() => (looking = undefined));
  }, POLL_MS);

  // Ours comes first, so that it runs before the program's own preloads.
  const options = [`--require ${quoted(preload)}`, '--inspect-publish-uid=http', process.env['NODE_OPTIONS']];
  return {
    env: {
      NODE_OPTIONS: options.filter((option) => option !== undefined && option !== '').join(' '),
      [FOLLOW_VARIABLE]: [process.pid, root, folder].join('|'),
    },
    onProcess: processes.event,
    followWorkersOf: (pid) => mark(folder, `${pid}.followed`),
    refuse: () => mark(folder, 'refused'),
    letGo: (pid) => mark(folder, `${pid}.go`),
    close: async () => {
      clearInterval(timer);
      await looking;
      processes.dispose();
      await fs.rm(folder, { recursive: true, force: true });
    },
  };
}

async function mark(folder: string, name: string): Promise<void> {
  await fs.writeFile(path.join(folder, name), '').catch(() => undefined);
}

/** As NODE_OPTIONS takes one word: in double quotes, in which a backslash escapes. */
function quoted(word: string): string {
  return `"${word.replace(/["\\]/g, String.raw`\$&`)}"`;
}

function readAnnouncement(text: string): Announcement | undefined {
  try {
    const { pid, parent, url, opened, script, entry = '' } = JSON.parse(text) as Partial<Announcement>;
    if (typeof pid !== 'number' || typeof parent !== 'number') return undefined;
    if (typeof script !== 'string' || typeof entry !== 'string') return undefined;
    // Only to this machine: the folder is ours alone, but an address is cheap to check.
    if (typeof url !== 'string' || !/^ws:\/\/127\.0\.0\.1:\d+\//.test(url)) return undefined;
    return { pid, parent, url, opened: opened === true, script, entry };
  } catch {
    return undefined;
  }
}
