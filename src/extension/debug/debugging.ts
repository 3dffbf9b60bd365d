import * as vscode from 'vscode';
import { provideDebugAdapter } from './adapter.ts';
import type { PickSources } from '../record/pick-target.ts';
import type { Beside } from './beside.ts';
import { completeConfigurations } from './configurations.ts';

/** Debug sessions of the type `looplens`: their adapter and their configurations. */
export function provideDebugging(
  context: vscode.ExtensionContext,
  sources: PickSources,
  beside: Beside,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const provider = completeConfigurations(sources, beside, log);
  const { Dynamic } = vscode.DebugConfigurationProviderTriggerKind;
  return vscode.Disposable.from(
    vscode.debug.registerDebugAdapterDescriptorFactory(
      'looplens',
      provideDebugAdapter(context.extensionPath, log),
    ),
    vscode.debug.registerDebugConfigurationProvider('looplens', provider),
    vscode.debug.registerDebugConfigurationProvider('looplens', provider, Dynamic),
  );
}
