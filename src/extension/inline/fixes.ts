import * as vscode from 'vscode';
import type { Finding } from '../../model/finding.ts';
import type { PlacedFinding, Placer } from '../findings/placed.ts';
import { fixesTogether } from './fixes-together.ts';
import { CODE } from './languages.ts';

/** Quick fixes: the edit that a hint proposes, and the comment that silences it. */
export function offerFixes(placer: Placer): vscode.Disposable {
  return vscode.languages.registerCodeActionsProvider(
    CODE,
    {
      provideCodeActions(document, range) {
        return placer
          .in(document)
          .filter(({ range: at }) => at.start.line >= range.start.line && at.start.line <= range.end.line)
          .flatMap((placed) => actionsFor(document, placed, placer.in(document)));
      },
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

/** The edit that silences a static hint on its line with ESLint's own comment. */
export function ignoreEdit(document: vscode.TextDocument, rule: string, line: number): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  const above = line > 0 ? document.lineAt(line - 1).text : '';
  const existing = /\/\/ eslint-disable-next-line [\w\-/@, ]*\w/.exec(above);
  if (existing) {
    const end = new vscode.Position(line - 1, existing.index + existing[0].length);
    edit.insert(document.uri, end, `, ${lintName(rule)}`);
    return edit;
  }
  const { text, firstNonWhitespaceCharacterIndex: indent } = document.lineAt(line);
  const comment = `${text.slice(0, indent)}// eslint-disable-next-line ${lintName(rule)}\n`;
  edit.insert(document.uri, new vscode.Position(line, 0), comment);
  return edit;
}

/** The rule as ESLint knows it. */
function lintName(rule: string): string {
  return rule.includes('/') ? rule : `looplens/${rule}`;
}

function actionsFor(
  document: vscode.TextDocument,
  { finding, origin, range }: PlacedFinding,
  all: readonly PlacedFinding[],
): vscode.CodeAction[] {
  const actions: vscode.CodeAction[] = [];
  const ours = vscode.languages
    .getDiagnostics(document.uri)
    .filter((one) => one.source === 'looplens' && one.range.start.line === range.start.line);
  if (finding.fix && finding.fix.edits.length > 0) {
    const fix = new vscode.CodeAction(finding.fix.title, vscode.CodeActionKind.QuickFix);
    fix.edit = fixEdit(document, [finding]);
    fix.diagnostics = ours;
    actions.push(fix);
    const alike = fixesTogether(
      all.map(({ finding: one }) => one).filter(({ rule }) => rule === finding.rule),
    );
    if (alike.length > 1) {
      const title = `Fix all ${alike.length} of ${finding.rule} in this file`;
      const together = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      together.edit = fixEdit(document, alike);
      actions.push(together);
    }
  }
  if (origin === 'source') {
    const ignore = new vscode.CodeAction(
      `Ignore ${finding.rule} on this line`,
      vscode.CodeActionKind.QuickFix,
    );
    ignore.edit = ignoreEdit(document, finding.rule, range.start.line);
    ignore.diagnostics = ours;
    actions.push(ignore);
  }
  return actions;
}

function fixEdit(document: vscode.TextDocument, findings: readonly Finding[]): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { start, end, text } of findings.flatMap(({ fix }) => fix?.edits ?? [])) {
    edit.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  }
  return edit;
}
