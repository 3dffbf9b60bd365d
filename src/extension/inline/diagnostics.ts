import * as vscode from 'vscode';
import { commandUri } from '../links.ts';
import type { FindingsStore, Told } from '../findings/store.ts';
import { type PlacedFinding, type Placer, unopenedRange } from '../findings/placed.ts';
import type { Finding } from '../../model/finding.ts';
import type { InlinePresence } from './presence.ts';
import type { Refresh } from './refresh.ts';

/** Keeps the Problems panel and the squiggles in step with the findings. */
export function showDiagnostics(
  store: FindingsStore,
  placer: Placer,
  presence: InlinePresence,
  refresh: Refresh,
): vscode.Disposable {
  const collection = vscode.languages.createDiagnosticCollection('looplens');

  const update = (): void => {
    collection.clear();
    if (!presence.shown) return;
    const open = new Map(
      vscode.workspace.textDocuments.map((document) => [document.uri.toString(), document]),
    );
    for (const uri of store.documents()) {
      const document = open.get(uri.toString());
      const placed = document ? placer.in(document) : store.inFile(uri).map(unopened);
      collection.set(uri, placed.map(diagnosticOf));
    }
  };
  update();
  return vscode.Disposable.from(collection, refresh.onDidAsk(update));
}

/** The diagnostic of a finding. A measurement warns, a hypothesis only informs, and neither is ever an error. */
export function diagnosticOf({ finding, range, stale }: PlacedFinding): vscode.Diagnostic {
  const message = stale ? `Measured before this line was edited: ${finding.message}` : finding.message;
  const diagnostic = new vscode.Diagnostic(range, message, levelOf(finding, stale));
  diagnostic.source = 'looplens';
  diagnostic.code = {
    value: finding.rule,
    target: vscode.Uri.parse(commandUri('looplens.explain', finding.rule)),
  };
  diagnostic.relatedInformation = finding.related.map(
    ({ message: text, location }) =>
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(
          vscode.Uri.file(location.file),
          new vscode.Position(Math.max(0, location.line - 1), Math.max(0, location.column - 1)),
        ),
        text,
      ),
  );
  return diagnostic;
}

function levelOf(finding: Finding, stale: boolean): vscode.DiagnosticSeverity {
  if (finding.confidence !== 'measured') {
    return finding.severity === 'hint'
      ? vscode.DiagnosticSeverity.Hint
      : vscode.DiagnosticSeverity.Information;
  }
  const weak = stale || finding.severity === 'info' || finding.severity === 'hint';
  return weak ? vscode.DiagnosticSeverity.Information : vscode.DiagnosticSeverity.Warning;
}

function unopened({ finding, origin }: Told): PlacedFinding {
  return { finding, origin, range: unopenedRange(finding), stale: false };
}
