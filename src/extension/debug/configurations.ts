import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import { pickTarget } from '../record/pick-target.ts';
import { showFailure } from '../failure.ts';

const TYPE = 'looplens';

/**
 * Completes configurations: F5 without any runs the current file, an attach that names no process lets the user pick
 * one of those that run.
 */
export function completeConfigurations(
  extensionsHome: string,
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
      const named = ['processId', 'port', 'websocketAddress'].some((name) => given[name] !== undefined);
      if (given.request !== 'attach' || named) return config;
      try {
        const chosen = await pickTarget(extensionsHome);
        if (!chosen) return undefined;
        const { spec } = chosen;
        if (spec.kind === 'pid') return { ...config, processId: spec.pid };
        if (spec.kind === 'inspect') return { ...config, host: spec.host, port: spec.port };
        if (spec.kind === 'ws') return { ...config, websocketAddress: spec.url };
        throw new UserError(
          'usage',
          'Only a running process can be attached to.',
          'To run a file under the debugger, use a launch configuration.',
        );
      } catch (error) {
        showFailure(error, log);
        return undefined;
      }
    },
  };
}
