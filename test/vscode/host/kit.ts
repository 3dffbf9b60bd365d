// What the host tests share: the extension, waiting, a running server.
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { LoopLensApi } from '../../../src/extension/activate.ts';
import type { Finding, Report } from '../../../src/model/finding.ts';

/** The activated extension. */
export async function looplens(): Promise<LoopLensApi> {
  const extension = vscode.extensions.getExtension<LoopLensApi>('looplens.looplens');
  if (!extension) throw new Error('The extension is not installed.');
  return extension.activate();
}

/** A file of the opened workspace, absolute as VS Code writes it. */
export function fixture(name: string): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) throw new Error('No folder is open.');
  return vscode.Uri.joinPath(folder.uri, name).fsPath;
}

/** Opens a file of the workspace in an editor. */
export async function openFixture(name: string): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(fixture(name)));
}

/** The line, from 0, on which a text stands. */
export function lineOf(document: vscode.TextDocument, text: string): number {
  return document.positionAt(document.getText().indexOf(text)).line;
}

/** Polls until `find` answers something; the test's own limit ends it otherwise. */
export async function eventually<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await find();
    if (found !== undefined) return found;
    await wait(50);
  }
}

/** Our diagnostics of a file. */
export function diagnosticsOf(file: string): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(vscode.Uri.file(file)).filter(({ source }) => source === 'looplens');
}

/**
 * Starts a program of the fixture as an ordinary one; it ends with its stdin. When its inspector is opened, it takes any
 * free port: the usual one may be in use on this machine.
 */
export async function startServer(script = 'server.js'): Promise<ChildProcess & { pid: number }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE|ELECTRON)_/.test(name)),
  );
  const child = spawn(process.env.LOOPLENS_TEST_NODE ?? 'node', ['--inspect-port=0', script], {
    cwd: path.dirname(fixture(script)),
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The server exited (${String(code)}).`)));
  });
  return child as ChildProcess & { pid: number };
}

/** A report with these findings. */
export function reportOf(findings: Finding[]): Report {
  return {
    target: {
      pid: 1,
      node: 'v24.0.0',
      script: fixture('server.js'),
      threads: [{ id: 'main', name: 'main' }],
    },
    recording: {
      durationMs: 5000,
      events: 1000,
      dropped: 0,
      attachedLate: true,
      overhead: { cpuShare: 0.03, mode: 'flow' },
    },
    health: {
      verdict: 'blocked',
      message: 'The event loop was blocked.',
      eventLoopDelayMs: { p50: 1, p99: 60, max: 80 },
      utilization: 0.8,
      gcShare: 0.01,
    },
    routes: [],
    findings,
  };
}

/** A measured finding on a line of a document. */
export function measuredAt(document: vscode.TextDocument, text: string): Finding {
  const line = lineOf(document, text);
  return {
    rule: 'blocked-loop',
    severity: 'error',
    confidence: 'measured',
    message: 'Blocked the event loop 31 times, 30 ms each, in GET /login',
    location: { file: document.uri.fsPath, line: line + 1, column: 10, function: 'hashPassword' },
    cause: 'sync-crypto',
    evidence: { count: 31, totalMs: 930, maxMs: 31, p99Ms: 30.9, loopShare: 0.93, routes: ['GET /login'] },
    chain: [
      { kind: 'call', file: document.uri.fsPath, line: 10, column: 3, function: 'login' },
      { kind: 'http-request', label: 'GET /login' },
    ],
    related: [],
    lineText: document.lineAt(line).text,
  };
}
