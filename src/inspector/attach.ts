import { HoldingEmitter } from '../base/emitter.ts';
import type { Log } from '../base/log.ts';
import { describeError } from '../base/user-error.ts';
import { attachProcess } from './attach-process.ts';
import type { AttachProcessOptions, RecordingWishes } from './attach-process.ts';
import { followDescendants } from './descendants.ts';
import { probeEndpoint } from './endpoint.ts';
import type { Announcement } from './follow-protocol.ts';
import type { LaunchedProgram } from './launch.ts';
import type { LentWorker } from './lent-session.ts';
import { createLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import type { AttachedGroup, AttachedTarget } from './ports.ts';
import { followLives } from './reconnect.ts';

export interface AttachOptions extends RecordingWishes {
  webSocketUrl: string;
  /** We opened the inspector, so we close it again. */
  activated: boolean;
  /** The process runs on this machine, so its worker may reach our socket. */
  local: boolean;
  /** Processes below this one are followed, too; absent where its pid is not one of this machine. */
  pid?: number;
  /** The address may be that of a debugger's proxy. */
  proxy?: 'possible';
  /** That debugger's sessions of workers, where they are known. */
  lentWorkers?: readonly LentWorker[];
  /** Where another process is expected when this one goes away; absent: the recording ends then. */
  reconnect?: { host: string; port: number };
  log: Log;
}

/**
 * Connects to a running process and puts the agent into its threads.
 * @throws UserError `unreachable` when it cannot be reached or is being recorded already.
 */
export async function attach(options: AttachOptions): Promise<AttachedGroup> {
  const further = openFurther();
  const first = await attachProcess({
    ...options,
    id: 'main',
    attachedLate: true,
    state: 'running',
    limits: further.limits,
    onThread: further.add,
  });
  const group = further.groupWith(first);
  if (options.reconnect) return reconnecting(group, options, options.reconnect, further);
  if (options.pid === undefined || options.follow === 'none') return { ...group, ended: first.ended };
  const descendants = followDescendants(options.pid, {
    onFound: ({ pid, webSocketUrl, activated }) =>
      void further.attach(String(pid), {
        ...options,
        webSocketUrl,
        activated,
        attachedLate: true,
        state: 'running',
      }),
    onRefused: (pid, reason) => further.limits.failed(`Process ${pid}`, reason),
  });
  return {
    ...group,
    ended: first.ended,
    stopFollowing: async () => {
      descendants.dispose();
      await group.stopFollowing();
    },
    close: async () => {
      descendants.dispose();
      await group.close();
    },
  };
}

/** The same group through all lives of the program: each one after the first is a further process. */
function reconnecting(
  group: Omit<AttachedGroup, 'ended'>,
  options: AttachOptions,
  { host, port }: { host: string; port: number },
  further: Further,
): AttachedGroup {
  const lives = followLives(group.first, options.webSocketUrl, {
    place: `${host}:${port}`,
    find: async () => (await probeEndpoint(host, port))?.webSocketUrl,
    attach: (webSocketUrl) =>
      further.begin('main', {
        ...options,
        webSocketUrl,
        attachedLate: true,
        state: 'running',
        origin: 'restarted',
      }),
    log: options.log,
  });
  return {
    ...group,
    ended: lives.ended,
    close: async () => {
      lives.dispose();
      await group.close();
    },
  };
}

/**
 * Puts the agent into the first process of a program that we started, and into those that come after it.
 * @throws UserError `unreachable` when it ends before its first line
 */
export async function attachLaunched(
  program: LaunchedProgram,
  options: RecordingWishes & { log: Log },
): Promise<AttachedGroup> {
  const further = openFurther();
  const optionsOf = ({ pid, url, opened }: Announcement): Omit<AttachProcessOptions, Given> => ({
    ...options,
    webSocketUrl: url,
    activated: opened,
    attachedLate: false,
    local: true,
    state: program.state,
    beforeStart: () => program.followWorkersOf(pid),
  });
  const first = await attachProcess({
    ...optionsOf(program.first),
    id: 'main',
    limits: further.limits,
    onThread: further.add,
  });
  const subscription = program.onProcess((announcement) => {
    const { pid } = announcement;
    void further.attach(String(pid), optionsOf(announcement)).then(async (result) => {
      if (result === 'refused') await program.letGo(pid);
    });
  });
  const group = further.groupWith(first);
  return {
    ...group,
    ended: program.exited.then(() => 'target-exited'),
    stopFollowing: async () => {
      await program.refuse();
      await group.stopFollowing();
    },
    close: async () => {
      subscription.dispose();
      await group.close();
    },
  };
}

/** What all processes of a group have in common, or are given by it. */
type Given = 'id' | 'limits' | 'onThread';

interface Further {
  limits: Limits;
  add: (target: AttachedTarget) => void;
  /** Attaches one more process; rejects when that fails. */
  begin: (id: string, options: Omit<AttachProcessOptions, Given>) => Promise<AttachedTarget>;
  /** The same, and what fails is among the problems; never rejects. */
  attach: (id: string, options: Omit<AttachProcessOptions, Given>) => Promise<'attached' | 'refused'>;
  groupWith: (first: AttachedTarget) => Omit<AttachedGroup, 'ended'>;
}

/** The threads and processes beside the first. */
function openFurther(): Further {
  const emitter = new HoldingEmitter<AttachedTarget>();
  const limits = createLimits();
  const threads: AttachedTarget[] = [];
  const ids = new Set(['main']);
  const life = { closed: false };
  const add = (target: AttachedTarget): void => {
    threads.push(target);
    emitter.fire(target);
  };
  const beginAt = async (
    id: string,
    place: { leave: () => void },
    options: Omit<AttachProcessOptions, Given>,
  ): Promise<AttachedTarget> => {
    try {
      const target = await attachProcess({ ...options, id, limits, onThread: add });
      void target.ended.then(place.leave);
      if (life.closed) await target.stop().then(() => target.close());
      else add(target);
      return target;
    } catch (error) {
      place.leave();
      throw error;
    }
  };
  return {
    limits,
    add,
    begin: async (wanted, options) => {
      const place = limits.admit();
      if (!place) throw new Error('too many processes have been recorded');
      const id = unusedId(wanted, ids);
      try {
        return await beginAt(id, place, options);
      } catch (error) {
        ids.delete(id);
        throw error;
      }
    },
    attach: async (wanted, options) => {
      const id = unusedId(wanted, ids);
      const place = limits.admit();
      if (!place) return 'refused';
      try {
        await beginAt(id, place, options);
        return 'attached';
      } catch (error) {
        options.log.debug(`process ${id} is not recorded: ${describeError(error)}`);
        limits.failed(`Process ${id}`, describeError(error));
        return 'refused';
      }
    },
    groupWith: (first) => ({
      first,
      onFurther: emitter.event,
      // All at once: one that is held (by a child that it waits for, say) must not keep the others waiting.
      sourceMapOf: (url) => firstKnown([first, ...threads].map((target) => target.sourceMapOf(url))),
      problems: limits.problems,
      stopFollowing: () => {
        life.closed = true;
        return Promise.resolve();
      },
      close: async () => {
        life.closed = true;
        emitter.dispose();
        await Promise.all([first, ...threads].map((target) => target.stop()));
        await Promise.all(threads.map((target) => target.close()));
        await first.close();
      },
    }),
  };
}

/** The first answer that is one; undefined when there is none. */
async function firstKnown(answers: Promise<string | undefined>[]): Promise<string | undefined> {
  const known = answers.map(async (answer) => {
    const found = await answer;
    if (found === undefined) throw new Error('not known here');
    return found;
  });
  return await Promise.any(known).catch(() => undefined);
}

/** The system may give a pid twice. */
function unusedId(wanted: string, ids: Set<string>): string {
  let id = wanted;
  for (let k = 2; ids.has(id); k++) id = `${wanted}-${k}`;
  ids.add(id);
  return id;
}
