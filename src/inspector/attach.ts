import { HoldingEmitter } from '../base/emitter.ts';
import type { Log } from '../base/log.ts';
import { describeError } from '../base/user-error.ts';
import { attachProcess } from './attach-process.ts';
import type { RecordingWishes } from './attach-process.ts';
import type { Announcement } from './follow-protocol.ts';
import type { LaunchedProgram } from './launch.ts';
import { createLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import type { AttachedGroup, AttachedTarget } from './ports.ts';

export interface AttachOptions extends RecordingWishes {
  webSocketUrl: string;
  /** We opened the inspector, so we close it again. */
  activated: boolean;
  /** The process runs on this machine, so its worker may reach our socket. */
  local: boolean;
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
  return { ...further.groupWith(first), ended: first.ended };
}

/**
 * Puts the agent into the first process of a program that we started, and into those that come after it.
 * @throws UserError `unreachable` when it ends before its first line
 */
export async function attachLaunched(
  program: LaunchedProgram,
  options: RecordingWishes & { log: Log },
): Promise<AttachedGroup> {
  const { log } = options;
  const further = openFurther();
  const ids = new Set(['main']);
  const attachAnnounced = (id: string, { pid, url, opened }: Announcement): Promise<AttachedTarget> =>
    attachProcess({
      ...options,
      webSocketUrl: url,
      id,
      activated: opened,
      attachedLate: false,
      local: true,
      state: program.state,
      beforeStart: () => program.followWorkersOf(pid),
      limits: further.limits,
      onThread: further.add,
    });
  const first = await attachAnnounced('main', program.first);

  const take = async (announcement: Announcement): Promise<void> => {
    const id = unusedId(String(announcement.pid), ids);
    const place = further.limits.admit();
    try {
      if (!place) {
        await program.letGo(announcement.pid);
        return;
      }
      const target = await attachAnnounced(id, announcement);
      void target.ended.then(place.leave);
      further.add(target);
    } catch (error) {
      place?.leave();
      await program.letGo(announcement.pid);
      log.debug(`process ${id} is not recorded: ${describeError(error)}`);
      further.limits.failed(`Process ${id}`, describeError(error));
    }
  };
  const subscription = program.onProcess((announcement) => void take(announcement));
  const group = further.groupWith(first);
  return {
    ...group,
    ended: program.exited.then(() => 'target-exited'),
    close: async () => {
      subscription.dispose();
      await group.close();
    },
  };
}

interface Further {
  limits: Limits;
  add: (target: AttachedTarget) => void;
  groupWith: (first: AttachedTarget) => Omit<AttachedGroup, 'ended'>;
}

/** The threads and processes beside the first. */
function openFurther(): Further {
  const emitter = new HoldingEmitter<AttachedTarget>();
  const limits = createLimits();
  const threads: AttachedTarget[] = [];
  return {
    limits,
    add: (target) => {
      threads.push(target);
      emitter.fire(target);
    },
    groupWith: (first) => ({
      first,
      onFurther: emitter.event,
      sourceMapOf: async (url) => {
        for (const target of [first, ...threads]) {
          const found = await target.sourceMapOf(url);
          if (found !== undefined) return found;
        }
        return undefined;
      },
      problems: limits.problems,
      close: async () => {
        emitter.dispose();
        await Promise.all([first, ...threads].map((target) => target.stop()));
        await Promise.all(threads.map((target) => target.close()));
        await first.close();
      },
    }),
  };
}

/** The system may give a pid twice. */
function unusedId(wanted: string, ids: Set<string>): string {
  let id = wanted;
  for (let k = 2; ids.has(id); k++) id = `${wanted}-${k}`;
  ids.add(id);
  return id;
}
