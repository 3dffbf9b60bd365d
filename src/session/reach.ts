import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../base/user-error.ts';
import { openInspector } from '../inspector/activate.ts';
import { connect } from '../inspector/connection.ts';
import { requireEndpoint } from '../inspector/endpoint.ts';
import { launch } from '../inspector/launch.ts';
import { connectOrBorrow, ownEntrance } from '../inspector/lent-session.ts';
import type { Entrance } from '../inspector/lent-session.ts';
import { closeInspector, forgetInspectBrk } from '../inspector/leaving.ts';
import { asset } from './assets.ts';
import type { TargetSpec } from './contract.ts';

/** How a process is reached to be looked into once. */
export interface ReachOptions {
  /** How long a command that is started may run before it is looked into, ms. Default 1000. */
  settleMs?: number;
  /** What a started command prints; without it, it goes to our stderr. */
  onOutput?: (text: string) => void;
  /** Aborting ends it at any moment, without harm to the process. */
  signal?: AbortSignal;
}

/** A process that one can talk to. */
interface Reached extends Entrance {
  /** Ends the connection, the command that was started, and an inspector that was opened for it. */
  leave(): Promise<void>;
}

/**
 * Connects to a process, starting it or opening its inspector where that is needed.
 * @throws UserError `unreachable`
 */
export async function reach(target: TargetSpec, options: ReachOptions): Promise<Reached> {
  switch (target.kind) {
    case 'pid': {
      const { endpoint, activated } = await openInspector(target.pid);
      const connection = await connect(endpoint.webSocketUrl);
      return {
        ...ownEntrance(connection),
        leave: async () => {
          // It may still be held by a snapshot, and closes then a moment later.
          if (activated) await closeInspector(connection, CLOSE_MS).catch(() => undefined);
          connection.dispose();
        },
      };
    }
    case 'inspect': {
      const { webSocketUrl } = await requireEndpoint(target.host, target.port);
      return plain(ownEntrance(await connect(webSocketUrl)));
    }
    case 'ws':
      return plain(await connectOrBorrow(target.url, target.workers));
    case 'command': {
      const program = await launch({
        ...target,
        cwd: target.cwd,
        preload: asset('preload.cjs'),
        follow: 'none',
        onOutput: options.onOutput ?? ((text) => void process.stderr.write(text)),
      });
      try {
        const connection = await connect(program.first.url);
        if (program.state === 'first-line') {
          await forgetInspectBrk(connection);
          await connection.send('Runtime.runIfWaitingForDebugger');
        } else await program.letGo(program.first.pid);
        await Promise.race([
          wait(options.settleMs ?? SETTLE_MS),
          program.exited,
          connection.closed,
          whenStopped(options.signal),
        ]);
        return {
          ...ownEntrance(connection),
          leave: async () => {
            connection.dispose();
            await program.end();
          },
        };
      } catch (error) {
        await program.end();
        throw error;
      }
    }
  }
}

const SETTLE_MS = 1000;
const CLOSE_MS = 500;

const plain = (entrance: Entrance): Reached => ({
  ...entrance,
  leave: () => {
    entrance.connection.dispose();
    return Promise.resolve();
  },
});

/** What is said when the user stopped a job that has no half answers. */
export const stopped = (): UserError =>
  new UserError('unreachable', 'Stopped before the answer was complete.', 'Start again when you are ready.');

/** Rejects with {@link stopped} when the signal is aborted; never resolves. */
export function whenStopped(signal: AbortSignal | undefined): Promise<never> {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal?.aborted) reject(stopped());
    else signal?.addEventListener('abort', () => reject(stopped()), { once: true });
  });
  // Nobody may be waiting any more.
  aborted.catch(() => undefined);
  return aborted;
}
