import path from 'node:path';
import { silentLog } from '../base/log.ts';
import { UserError } from '../base/user-error.ts';
import type { RecordingHeader } from '../model/recording.ts';
import { openInspector } from '../inspector/activate.ts';
import { attach, attachLaunched } from '../inspector/attach.ts';
import type { RecordingWishes } from '../inspector/attach-process.ts';
import { SETTINGS } from '../inspector/inject.ts';
import { requireEndpoint } from '../inspector/endpoint.ts';
import { launch } from '../inspector/launch.ts';
import type { LaunchedProgram } from '../inspector/launch.ts';
import type { AttachedGroup, SourceLocator } from '../inspector/ports.ts';
import { createSourceLocator } from '../inspector/source-locator.ts';
import { recordAttached } from '../recorder/record-attached.ts';
import { asset } from './assets.ts';
import type { RecordOptions, RecordProgress, RecordResult, TargetSpec } from './contract.ts';
import { openDestination } from './record-flight.ts';
import { keepingSources } from './record-sources.ts';

/**
 * Attaches, records, detaches. Resolves when the recording is complete on disk, whatever ended it.
 * @throws UserError `unreachable` when the target cannot be reached, `usage` when the file cannot be created
 */
export async function record(target: TargetSpec, options: RecordOptions): Promise<RecordResult> {
  const log = options.log ?? silentLog;
  const progress: RecordProgress = {
    phase: 'connecting',
    elapsedMs: 0,
    events: 0,
    dropped: 0,
    delayP99Ms: 0,
    overheadShare: 0,
  };
  options.onProgress?.(progress);

  const { attached, program } = await unlessStopped(reach(target, options), options.signal);
  let close: (() => void) | undefined;
  try {
    const header = headerOf(attached, options);
    const destination = openDestination(header, options);
    close = destination.close;
    const { signal, profileRotationMs } = destination;
    const kept = keepingSources(destination.writer, header);
    const writer = options.tap?.(kept, header) ?? kept;
    let latest = progress;
    signal?.addEventListener('abort', () => options.onProgress?.({ ...latest, phase: 'finishing' }), {
      once: true,
    });
    const all = await recordAttached(attached, writer, locatorOf(attached, options), {
      durationMs: options.durationMs,
      signal,
      profileRotationMs,
      log,
      onProgress: (now) => {
        latest = { phase: 'recording', ...now };
        options.onProgress?.(latest);
      },
    });
    const trailer = destination.trailer() ?? all;
    options.onProgress?.({ ...latest, phase: 'finishing', events: trailer.events, dropped: trailer.dropped });
    return { file: options.out, header, trailer };
  } finally {
    close?.();
    await attached.close();
    await program?.end();
  }
}

/** Connecting can take seconds; who stops meanwhile gets the answer at once, and what was opened is closed when it arrives. */
async function unlessStopped(reached: Promise<Reached>, signal: AbortSignal | undefined): Promise<Reached> {
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () =>
      reject(
        new UserError(
          'unreachable',
          'Stopped before anything was recorded.',
          'Start again when you are ready.',
        ),
      );
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([reached, stopped]);
  } catch (error) {
    reached.then(leave, () => undefined);
    throw error;
  } finally {
    if (stop) signal?.removeEventListener('abort', stop);
  }
}

async function leave({ attached, program }: Reached): Promise<void> {
  await attached.close();
  await program?.end();
}

interface Reached {
  attached: AttachedGroup;
  program?: LaunchedProgram;
}

async function reach(target: TargetSpec, options: RecordOptions): Promise<Reached> {
  requireAddress(target, options);
  const log = options.log ?? silentLog;
  const wishes = { ...wishesOf(options), log };
  const running = { ...wishes, activated: false };
  switch (target.kind) {
    case 'pid': {
      const port = wishes.follow === 'all' ? 'shared-with-children' : 'own';
      const { endpoint, activated } = await openInspector(target.pid, port);
      const { webSocketUrl } = endpoint;
      const local = { local: true, pid: target.pid };
      return { attached: await attach({ ...running, ...local, webSocketUrl, activated }) };
    }
    case 'inspect': {
      const { webSocketUrl, host, port } = await requireEndpoint(target.host, target.port);
      const again = options.reconnect === 'on' && { reconnect: { host, port } };
      return { attached: await attach({ ...running, ...again, webSocketUrl, local: isLoopback(host) }) };
    }
    case 'ws': {
      const { hostname, port } = new URL(target.url);
      const again = options.reconnect === 'on' && {
        reconnect: { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || 80 },
      };
      const local = isLoopback(hostname);
      const lent = target.workers && { lentWorkers: target.workers };
      const address = { webSocketUrl: target.url, local, proxy: 'possible' as const, ...lent };
      return { attached: await attach({ ...running, ...again, ...address }) };
    }
    case 'command': {
      const program = await launch({
        ...target,
        cwd: target.cwd,
        preload: asset('preload.cjs'),
        follow: wishes.follow,
        onOutput: options.onOutput ?? ((text) => void process.stderr.write(text)),
      });
      try {
        return { attached: await attachLaunched(program, wishes), program };
      } catch (error) {
        await program.end();
        throw error;
      }
    }
  }
}

/** @throws UserError `usage` */
function requireAddress({ kind }: TargetSpec, { reconnect = 'off' }: RecordOptions): void {
  if (reconnect === 'off' || kind === 'inspect' || kind === 'ws') return;
  throw kind === 'pid'
    ? new UserError(
        'usage',
        'A process that is started again has another pid, so there is nothing to reconnect to.',
        'Start it with --inspect=PORT, and give --inspect PORT.',
      )
    : new UserError(
        'usage',
        'The processes of a command are followed through their restarts anyway.',
        'Leave out --reconnect.',
      );
}

function wishesOf(options: RecordOptions): RecordingWishes {
  const { follow = 'all', profileWorkers = 'off', mode = 'flow', budget = SETTINGS.budget } = options;
  return { settings: { ...SETTINGS, mode, budget }, follow, profileWorkers };
}

function locatorOf(group: AttachedGroup, { mapRoots = [] }: RecordOptions): SourceLocator {
  return createSourceLocator({
    roots: mapRoots,
    theirCwd: group.first.info.cwd,
    ourCwd: process.cwd(),
    ours: [asset('preload.cjs')],
    loadedMap: (url) => group.sourceMapOf(url),
    // A program that serves is not stopped for this, not even for a moment, unless it must be.
    ask: group.first.attachedLate ? 'transpiled' : 'own',
  });
}

function headerOf(
  { first: { info, transport, attachedLate } }: AttachedGroup,
  { mode = 'flow' }: RecordOptions,
): RecordingHeader {
  return {
    startedAt: info.startedAt,
    target: {
      pid: info.pid,
      node: info.node,
      script: info.script === '' ? '' : path.resolve(info.cwd, info.script),
      cwd: info.cwd,
      platform: info.platform,
      threads: [{ id: 'main', name: 'main' }],
      threadPoolSize: info.threadPoolSize,
    },
    mode,
    transport,
    attachedLate,
    writer: LOOPLENS_VERSION,
  };
}

/** A port on this machine may be another container's; the agent then falls back to the inspector connection. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || host.startsWith('127.');
}
