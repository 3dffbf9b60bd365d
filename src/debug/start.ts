import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { openInspector } from '../inspector/activate.ts';
import { debuggeeCommand, startDebuggee } from '../inspector/debuggee.ts';
import { requireEndpoint } from '../inspector/endpoint.ts';
import type { Listen } from '../base/emitter.ts';
import type { DebuggeeChild } from '../inspector/debuggee.ts';
import { isNodeExecutable } from '../inspector/processes.ts';
import type { AttachConfiguration, LaunchConfiguration } from './configuration.ts';

/** A process that the debugger may connect to. */
export interface Started {
  webSocketUrl: string;
  state: 'waiting' | 'gate' | 'running';
  /** Lets a program that waits at our gate begin. */
  letGo: (() => Promise<void>) | undefined;
  /** File that a program at our gate begins with; '' where that is not known, or not needed. */
  entry: string;
  /** Further Node processes below it; each waits some seconds for us. */
  onChild: Listen<DebuggeeChild>;
  /** We opened its inspector with a signal, and close it again. */
  activated: boolean;
  /** Where we know it before the program tells. */
  pid: number | undefined;
  /** Exit code, as far as somebody can tell. */
  exited: Promise<number | undefined>;
  /** Ends a process that we started, by its id where only we know it; undefined for one that was there before. */
  end: ((pid: number | undefined) => Promise<void>) | undefined;
  /** Leaves it alone: processes that start from now on run without us. */
  leave: (() => Promise<void>) | undefined;
}

export interface StartPorts {
  /** Absolute path of what runs first in the processes below the program. */
  preload: string;
  onOutput: (text: string, stream: 'stdout' | 'stderr') => void;
  /** Has the client run a command in a terminal; gives the process's id where it knows. */
  runInTerminal: (command: {
    kind: 'integrated' | 'external';
    title: string;
    cwd: string;
    args: string[];
    env: Record<string, string | null>;
  }) => Promise<number | undefined>;
}

/** @throws UserError `usage`, `unreachable` */
export async function startProgram(config: LaunchConfiguration, ports: StartPorts): Promise<Started> {
  const cwd =
    config.cwd ??
    (config.program !== undefined && path.isAbsolute(config.program)
      ? path.dirname(config.program)
      : undefined);
  const options = {
    ...(config.program === undefined ? {} : { program: config.program }),
    ...(cwd === undefined ? {} : { cwd }),
    args: config.args,
    env: config.env,
    runtimeExecutable: config.runtimeExecutable,
    runtimeArgs: [...config.runtimeArgs, ...typescriptLoader(config, cwd)],
    preload: ports.preload,
    children: config.noDebug || !config.autoAttachChildProcesses ? ('none' as const) : ('followed' as const),
  };
  if (config.console === 'internalConsole') {
    const debuggee = await startDebuggee({ ...options, onOutput: ports.onOutput });
    return { ...debuggee, state: stateOf(debuggee), activated: false, end: () => debuggee.end() };
  }
  const command = await debuggeeCommand(options);
  await ports.runInTerminal({
    kind: config.console === 'integratedTerminal' ? 'integrated' : 'external',
    title: config.program === undefined ? config.runtimeExecutable : path.basename(config.program),
    cwd: command.cwd,
    args: command.argv,
    env: command.env,
  });
  const connected = await command.connected();
  return {
    ...connected,
    state: stateOf(connected),
    onChild: command.onChild,
    activated: false,
    pid: undefined,
    exited: Promise.resolve(undefined),
    leave: () => command.leave(),
    end: async (pid) => {
      await command.leave();
      // The terminal stays the client's; only the program in it ends.
      if (pid !== undefined) {
        try {
          process.kill(pid, 'SIGTERM');
        } catch {
          // It has ended.
        }
      }
    },
  };
}

/** @throws UserError `unreachable` */
export async function findProgram({ target }: AttachConfiguration): Promise<Started> {
  const there = {
    state: 'running',
    letGo: undefined,
    entry: '',
    onChild: () => ({ dispose: () => undefined }),
    pid: undefined,
    exited: Promise.resolve(undefined),
    end: undefined,
    leave: undefined,
  } as const;
  switch (target.kind) {
    case 'url':
      return { ...there, webSocketUrl: target.url, activated: false };
    case 'port': {
      const { webSocketUrl } = await requireEndpoint(target.host, target.port);
      return { ...there, webSocketUrl, activated: false };
    }
    case 'pid': {
      const { endpoint, activated } = await openInspector(target.pid);
      return { ...there, webSocketUrl: endpoint.webSocketUrl, activated };
    }
  }
}

/** TypeScript by Node alone keeps to erasable syntax and new majors: where the project has tsx, it loads the program. */
function typescriptLoader(
  { program, runtimeExecutable, runtimeArgs }: LaunchConfiguration,
  cwd = '.',
): string[] {
  if (program === undefined || !/\.[cm]?tsx?$/.test(program)) return [];
  if (runtimeArgs.length > 0 || !isNodeExecutable(runtimeExecutable)) return [];
  try {
    return ['--import', pathToFileURL(createRequire(path.resolve(cwd, program)).resolve('tsx')).href];
  } catch {
    return [];
  }
}

function stateOf({ letGo }: { letGo: unknown }): 'waiting' | 'gate' {
  return letGo ? 'gate' : 'waiting';
}
