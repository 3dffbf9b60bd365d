import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import { pickTarget } from '../record/pick-target.ts';
import type { PickSources } from '../record/pick-target.ts';
import { showFailure } from '../failure.ts';
import type { Beside } from './beside.ts';
import { chosenSession, isReachable } from './debugged.ts';

const TYPE = 'looplens';

/** Runs a file under the debugger, without any launch.json. */
export async function debugFile(file: vscode.Uri): Promise<void> {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  await vscode.debug.startDebugging(folder, {
    type: TYPE,
    request: 'launch',
    name: `LoopLens: ${path.basename(file.fsPath)}`,
    program: file.fsPath,
  });
}

/**
 * Attaches to the process that VS Code's own debugger debugs, beside it.
 * @param chosen the session of a row of the Call Stack view; the active one without it
 */
export async function debugBeside(chosen: unknown, beside: Beside): Promise<void> {
  const session = chosenSession(chosen, beside);
  const program = await beside.target(session);
  const { pid, url } = program;
  const name = `LoopLens: ${session?.name ?? `process ${pid}`}`;
  if (url !== '' && !(await isReachable(program))) {
    throw new UserError(
      'unreachable',
      `The inspector of "${program.session.name}" cannot be reached at ${url}, and two debuggers cannot share one connection.`,
      'Forward its port, or look at its async tasks and record it through the debugger that it has: "Show Async Tasks of the Active Debug Session".',
    );
  }
  await vscode.debug.startDebugging(session?.workspaceFolder, {
    type: TYPE,
    request: 'attach',
    name,
    ...(url === '' ? { processId: pid } : { websocketAddress: url }),
  });
}

/**
 * Completes configurations: F5 without any runs the current file, an attach that names no process lets the user pick
 * one of those that run.
 */
export function completeConfigurations(
  sources: PickSources,
  beside: Beside,
  log: vscode.LogOutputChannel,
): vscode.DebugConfigurationProvider {
  return {
    provideDebugConfigurations: () => [
      { type: TYPE, request: 'launch', name: 'LoopLens: Current File', program: '${file}' },
      { type: TYPE, request: 'attach', name: 'LoopLens: Attach to Process' },
    ],
    resolveDebugConfiguration: (_folder, given) => {
      if (given.type) return given;
      const language = vscode.window.activeTextEditor?.document.languageId ?? '';
      if (!/^(java|type)script$/.test(language)) return undefined;
      return { type: TYPE, request: 'launch', name: 'LoopLens: Current File', program: '${file}' };
    },
    resolveDebugConfigurationWithSubstitutedVariables: async (folder, given) => {
      const config = { cwd: folder?.uri.fsPath, ...given };
      if (given.request !== 'attach') return config;
      const named = ['processId', 'port', 'websocketAddress'].some((name) => given[name] !== undefined);
      try {
        const target = named ? {} : await picked(sources);
        if (!target) return undefined;
        const whole = { ...config, ...target };
        return { ...whole, besideDebugger: await beside.occupied(whole) };
      } catch (error) {
        showFailure(error, log);
        return undefined;
      }
    },
  };
}

/** What the user picks of the processes that run, as a configuration names it; undefined when they changed their mind. */
async function picked(sources: PickSources): Promise<object | undefined> {
  const chosen = await pickTarget(sources);
  if (!chosen) return undefined;
  const { spec } = chosen;
  switch (spec.kind) {
    case 'pid':
      return { processId: spec.pid };
    case 'inspect':
      return { host: spec.host, port: spec.port };
    case 'ws':
      return { websocketAddress: spec.url };
    default:
      throw new UserError(
        'usage',
        'Only a running process can be attached to.',
        'To run a file under the debugger, use a launch configuration.',
      );
  }
}
