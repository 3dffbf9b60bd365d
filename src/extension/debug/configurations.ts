import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import { pickTarget } from '../record/pick-target.ts';
import { showFailure } from '../failure.ts';
import type { Beside } from './beside.ts';

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
  const named =
    typeof chosen === 'string' ? chosen : (chosen as { sessionId?: string } | undefined)?.sessionId;
  const session = named === undefined ? vscode.debug.activeDebugSession : beside.session(named);
  const { pid, url } = await beside.target(session);
  const name = `LoopLens: ${session?.name ?? `process ${pid}`}`;
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
  extensionsHome: string,
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
        const target = named ? {} : await picked(extensionsHome);
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
async function picked(extensionsHome: string): Promise<object | undefined> {
  const chosen = await pickTarget(extensionsHome);
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
