import path from 'node:path';
import * as vscode from 'vscode';
import type { Comparison } from '../../model/comparison.ts';
import { readFromComparisonView } from '../../model/comparison-view.ts';
import type { ComparisonRows, ToComparisonView } from '../../model/comparison-view.ts';
import { comparisonRows } from '../../report/compare-rows.ts';
import { compareInWorker } from '../../session/analyze-client.ts';
import { explain } from '../explain.ts';
import { failureWords, guarded } from '../failure.ts';
import { goTo } from '../go-to.ts';
import { page } from './page.ts';

/** Paths of the two recordings. */
interface Compared {
  base: string;
  head: string;
}

/** Opens a page that shows what got better or worse from one recording to the other, by the same words as the command line. */
export function showComparison(
  files: Compared,
  extensionUri: vscode.Uri,
  log: vscode.LogOutputChannel,
): void {
  const assets = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const panel = vscode.window.createWebviewPanel(
    'looplens.comparison',
    title(files),
    vscode.ViewColumn.Active,
    {
      enableScripts: true,
      localResourceRoots: [assets],
    },
  );
  const { webview } = panel;
  const stop = new AbortController();
  let shown: { comparison: Comparison; rows: ComparisonRows } | undefined;
  let compared = files;
  let answer = compare(compared);

  function compare({ base, head }: Compared): ReturnType<typeof compareInWorker> {
    const outcome = compareInWorker(base, head, { signal: stop.signal, log });
    // Who waits for it reports the failure; a page that was closed does not.
    outcome.catch(() => undefined);
    return outcome;
  }

  const send = (message: ToComparisonView): void => void webview.postMessage(message);
  const load = async (): Promise<void> => {
    const asked = answer;
    send({ type: 'loading', name: title(compared) });
    try {
      const { value, problems } = await asked;
      if (asked !== answer) return;
      const rows = comparisonRows(value, (file) => vscode.workspace.asRelativePath(file));
      shown = { comparison: value, rows };
      send({ type: 'comparison', rows, problems: [...new Set(problems.map(({ message }) => message))] });
    } catch (error) {
      if (stop.signal.aborted || asked !== answer) return;
      log.error(error instanceof Error ? error : String(error));
      send({ type: 'failed', ...failureWords(error) });
    }
  };

  const receive = async (value: unknown): Promise<void> => {
    const message = readFromComparisonView(value, shown?.rows);
    switch (message?.type) {
      case undefined:
        log.warn(`The comparison view sent something unknown: ${JSON.stringify(value)}`);
        return;
      case 'ready':
        return load();
      case 'swap':
        compared = { base: compared.head, head: compared.base };
        panel.title = title(compared);
        shown = undefined;
        answer = compare(compared);
        return load();
      case 'open':
        return goTo(shown!.comparison[message.list][message.index]!.location);
      case 'explain':
        return explain(message.rule);
    }
  };

  const listening = webview.onDidReceiveMessage(guarded(log, receive));
  panel.onDidDispose(() => {
    stop.abort();
    listening.dispose();
  });
  webview.html = page(webview, assets, 'comparison');
}

function title({ base, head }: Compared): string {
  const name = (file: string): string => path.basename(file, '.looplens');
  return `${name(base)} → ${name(head)}`;
}
