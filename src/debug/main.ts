import { isMainThread, parentPort } from 'node:worker_threads';
import type { DebugProtocol } from '@vscode/debugprotocol';
import path from 'node:path';
import { LoopLensDebugSession } from './session.ts';

/** Lies beside this bundle's folder. */
const PRELOAD = path.join(__dirname, '..', 'preload.cjs');

// The debug adapter as a program of its own, which speaks DAP on stdin and stdout until the client disconnects; or as a
// worker thread of the editor, which posts the same messages: reading a heap would hold the editor's own loop.
if (isMainThread || !parentPort) {
  const session = new LoopLensDebugSession(PRELOAD, () => {
    // What was sent last is still on its way out.
    process.stdout.write('', () => process.exit(0));
  });
  process.on('SIGTERM', () => session.shutdown());
  process.stdin.on('end', () => session.shutdown());
  session.start(process.stdin, process.stdout);
} else {
  const port = parentPort;
  const session = new LoopLensDebugSession(PRELOAD, () => port.close());
  session.onDidSendMessage((message) => port.postMessage(message));
  port.on('message', (message: DebugProtocol.ProtocolMessage) => session.handleMessage(message));
}
