import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import { answersAt } from '../../inspector/endpoint.ts';
import type { LentWorker } from '../../inspector/lent-session.ts';
import type { TargetSpec } from '../../session/contract.ts';
import type { Chosen, DebuggedProcess } from '../record/pick-target.ts';
import type { Beside, BesideProgram } from './beside.ts';

/** VS Code's debugger answers it with an address at which it lends its session to others. */
const REQUEST_PROXY = 'extension.js-debug.requestCDPProxy';

/** The session that a command is about: of a row of the Call Stack view, or the active one. */
export function chosenSession(chosen: unknown, beside: Beside): vscode.DebugSession | undefined {
  const named =
    typeof chosen === 'string' ? chosen : (chosen as { sessionId?: string } | undefined)?.sessionId;
  return named === undefined ? vscode.debug.activeDebugSession : beside.session(named);
}

/**
 * The program of a debug session of VS Code, to be recorded or looked into while it is debugged.
 * @throws UserError when the session has no program, or it cannot be reached
 */
export async function debuggedTarget(chosen: unknown, beside: Beside): Promise<Chosen> {
  const program = await beside.target(chosenSession(chosen, beside));
  return { spec: await wayTo(program, beside), name: program.session.name };
}

/** All programs that VS Code's debugger debugs; those that cannot be reached are left out. */
export async function debuggedProcesses(beside: Beside): Promise<DebuggedProcess[]> {
  const found = await Promise.all(
    (await beside.programs()).map(async (program) => {
      const spec = await wayTo(program, beside).catch(() => undefined);
      return spec && { pid: program.pid, chosen: { spec, name: program.session.name } };
    }),
  );
  return found.filter((one) => one !== undefined);
}

/** Whether the program's own inspector answers from here, which a session of our own needs. */
export async function isReachable({ url }: BesideProgram): Promise<boolean> {
  return url !== '' && (await answersAt(url).catch(() => false));
}

/**
 * Its own inspector gives us a session of our own, with its workers. Where it cannot be reached (in a container, behind a
 * tunnel), the debugger's sessions are what there is: one of each thread.
 */
async function wayTo(program: BesideProgram, beside: Beside): Promise<TargetSpec> {
  if (await isReachable(program)) return { kind: 'ws', url: program.url };
  const { name } = program.session;
  const url = await lentAddress(program.session);
  if (url === undefined) {
    throw new UserError(
      'unreachable',
      `The program of "${name}" can be reached neither by its inspector nor through its debugger.`,
      "Is the debug session still running? VS Code's own JavaScript debugger is needed for it.",
    );
  }
  const workers: LentWorker[] = [];
  for (const { session, workerId } of await beside.workersOf(program)) {
    const address = await lentAddress(session);
    if (address !== undefined) workers.push({ id: String(workerId), name: session.name, url: address });
  }
  return { kind: 'ws', url, workers };
}

async function lentAddress({ id }: vscode.DebugSession): Promise<string | undefined> {
  try {
    const proxy = await vscode.commands.executeCommand<Proxy | undefined>(REQUEST_PROXY, id);
    return proxy && `ws://${bracket(proxy.host)}:${String(proxy.port)}${proxy.path ?? ''}`;
  } catch {
    return undefined;
  }
}

interface Proxy {
  host: string;
  port: number;
  path?: string;
}

const bracket = (host: string): string => (host.includes(':') ? `[${host}]` : host);
