import path from 'node:path';
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';

/** The debug adapter in a worker thread of its own: reading a heap would hold the extension host's loop. */
function workerAdapter(file: string, log: vscode.LogOutputChannel): vscode.DebugAdapter {
  const worker = new Worker(file);
  const sent = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  worker.on('message', (message: vscode.DebugProtocolMessage) => sent.fire(message));
  worker.on('error', (error) => {
    log.error(error);
    sent.fire({ type: 'event', seq: 0, event: 'terminated' });
  });
  const disposable = new vscode.Disposable(() => {
    sent.dispose();
    // It ends by itself when the session has been left; one that hangs must not stay.
    void worker.terminate();
  });
  return Object.assign(disposable, {
    onDidSendMessage: sent.event,
    handleMessage: (message: vscode.DebugProtocolMessage) => worker.postMessage(message),
  });
}

/** Serves debug sessions of the type `looplens` within the extension. */
export function provideDebugAdapter(
  extensionPath: string,
  log: vscode.LogOutputChannel,
): vscode.DebugAdapterDescriptorFactory {
  const file = path.join(extensionPath, 'dist', 'debug', 'adapter.cjs');
  return {
    createDebugAdapterDescriptor: () => new vscode.DebugAdapterInlineImplementation(workerAdapter(file, log)),
  };
}
