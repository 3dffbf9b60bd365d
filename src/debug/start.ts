import path from 'node:path';
import { openInspector } from '../inspector/activate.ts';
import { debuggeeCommand, startDebuggee } from '../inspector/debuggee.ts';
import { requireEndpoint } from '../inspector/endpoint.ts';
import type { AttachConfiguration, LaunchConfiguration } from './configuration.ts';

/** A process that the debugger may connect to. */
export interface Started {
  webSocketUrl: string;
  state: 'waiting' | 'running';
  /** We opened its inspector with a signal, and close it again. */
  activated: boolean;
  /** Exit code, as far as somebody can tell. */
  exited: Promise<number | undefined>;
  /** Ends a process that we started; undefined for one that was there before. */
  end: (() => Promise<void>) | undefined;
}

export interface StartPorts {
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
    runtimeArgs: config.runtimeArgs,
  };
  if (config.console === 'internalConsole') {
    const debuggee = await startDebuggee({ ...options, onOutput: ports.onOutput });
    return { ...debuggee, state: 'waiting', activated: false };
  }
  const command = await debuggeeCommand(options);
  const pid = await ports.runInTerminal({
    kind: config.console === 'integratedTerminal' ? 'integrated' : 'external',
    title: config.program === undefined ? config.runtimeExecutable : path.basename(config.program),
    cwd: command.cwd,
    args: command.argv,
    env: command.env,
  });
  const { webSocketUrl } = await command.connected();
  return {
    webSocketUrl,
    state: 'waiting',
    activated: false,
    exited: Promise.resolve(undefined),
    end: async () => {
      // The terminal stays the client's; only the program in it ends.
      if (pid !== undefined) {
        try {
          process.kill(pid, 'SIGTERM');
        } catch {
          // It has ended.
        }
      }
      return Promise.resolve();
    },
  };
}

/** @throws UserError `unreachable` */
export async function findProgram({ target }: AttachConfiguration): Promise<Started> {
  const there = { state: 'running', exited: Promise.resolve(undefined), end: undefined } as const;
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
