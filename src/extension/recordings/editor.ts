import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../base/user-error.ts';
import type { Report } from '../../model/finding.ts';
import type { Outcome } from '../../model/problem.ts';
import { readFromRecordingView, type ToRecordingView } from '../../model/recording-view.ts';
import { analyzeInWorker } from '../../session/analyze-client.ts';
import { explain } from '../explain.ts';
import { failureWords, guarded } from '../failure.ts';
import { goTo } from '../go-to.ts';
import type { FindingsStore } from '../findings/store.ts';
import { page } from './page.ts';

const VIEW_TYPE = 'looplens.recording';

/** An opened `.looplens` file: analysed once, shown in as many editors as the user likes. */
class RecordingDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly answer: Promise<Outcome<Report>>;
  readonly #stop = new AbortController();

  constructor(uri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.uri = uri;
    this.answer = analyze(uri, this.#stop.signal, log);
    // Editors that show it report the failure; without one it must not end the extension host.
    this.answer.catch(() => undefined);
  }

  get closed(): boolean {
    return this.#stop.signal.aborted;
  }

  dispose(): void {
    this.#stop.abort();
  }
}

/** The read-only editor of `.looplens` files. */
export function provideRecordingEditor(
  extensionUri: vscode.Uri,
  store: FindingsStore,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider<RecordingDocument> = {
    openCustomDocument: (uri) => new RecordingDocument(uri, log),
    resolveCustomEditor: (document, panel) => show(document, panel, extensionUri, store, log),
  };
  return vscode.window.registerCustomEditorProvider(VIEW_TYPE, provider, {
    supportsMultipleEditorsPerDocument: true,
  });
}

/** Opens a recording in its editor. */
export async function openRecordingEditor(file: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), VIEW_TYPE);
}

function show(
  document: RecordingDocument,
  panel: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  store: FindingsStore,
  log: vscode.LogOutputChannel,
): void {
  const { webview } = panel;
  const assets = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const name = path.basename(document.uri.fsPath);
  const send = (message: ToRecordingView): void => void webview.postMessage(message);
  let report: Report | undefined;

  const load = async (): Promise<void> => {
    send({ type: 'loading', name });
    try {
      const { value, problems } = await document.answer;
      report = value;
      send({ type: 'report', name, report, problems, shortPaths: shortPaths(report) });
    } catch (error) {
      if (document.closed) return;
      log.error(error instanceof Error ? error : String(error));
      send({ type: 'failed', ...failureWords(error) });
    }
  };

  const receive = async (value: unknown): Promise<void> => {
    const message = readFromRecordingView(value, report?.findings ?? []);
    switch (message?.type) {
      case undefined: {
        log.warn(`The recording view sent something unknown: ${JSON.stringify(value)}`);
        return;
      }
      case 'ready':
        return load();
      case 'open':
        return goTo(report!.findings[message.finding]!.location);
      case 'explain':
        return explain(message.rule);
      case 'show-at-lines':
        if (report) store.setMeasured({ report, recording: document.uri.fsPath });
        await vscode.commands.executeCommand('looplens.findings.focus');
        return;
    }
  };

  webview.options = { enableScripts: true, localResourceRoots: [assets] };
  const listening = webview.onDidReceiveMessage(guarded(log, receive));
  panel.onDidDispose(() => {
    listening.dispose();
  });
  webview.html = page(webview, assets, 'recording');
}

async function analyze(
  uri: vscode.Uri,
  signal: AbortSignal,
  log: vscode.LogOutputChannel,
): Promise<Outcome<Report>> {
  if (uri.scheme !== 'file') {
    throw new UserError(
      'usage',
      'Only recordings on disk can be opened.',
      'Save the file to a folder of this machine first.',
    );
  }
  return analyzeInWorker(uri.fsPath, { signal, log });
}

function shortPaths({ findings }: Report): Record<string, string> {
  const files = findings.map(({ location }) => location.file);
  return Object.fromEntries(files.map((file) => [file, vscode.workspace.asRelativePath(file)]));
}
