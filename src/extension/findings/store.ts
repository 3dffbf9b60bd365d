import * as vscode from 'vscode';
import { Emitter } from '../../base/emitter.ts';
import { joinEvidence } from '../../lint/evidence.ts';
import type { Finding, Report } from '../../model/finding.ts';
import { bySeriousness } from './words.ts';

/** A recording's answer and the file it came from. */
export interface Measured {
  report: Report;
  /** The recording, absolute. */
  recording: string;
}

/** A finding and who said it: the recording, or the source alone (perhaps with the evidence of its line). */
export interface Told {
  finding: Finding;
  origin: 'recording' | 'source';
}

/**
 * What is known about the workspace: the findings of one recording, joined with the static hints of open files.
 * Everything inline and the tree are views of this.
 */
export class FindingsStore {
  readonly #changed = new Emitter<undefined>();
  /** By the document's address: buffers that were never saved have no path. */
  readonly #hints = new Map<string, { uri: vscode.Uri; findings: Finding[] }>();
  readonly #dismissed = new Set<Finding>();
  #measured: Measured | undefined;

  /** Fires after any change. */
  readonly onDidChange = this.#changed.event;

  get measured(): Measured | undefined {
    return this.#measured;
  }

  /** Replaces the evidence: one recording at a time is on show. */
  setMeasured(measured: Measured | undefined): void {
    this.#measured = measured;
    this.#dismissed.clear();
    this.#changed.fire(undefined);
  }

  /** Replaces the static hints of a file; none when it was closed. */
  setHints(uri: vscode.Uri, hints: readonly Finding[]): void {
    const key = uri.toString();
    if (hints.length === 0 && !this.#hints.has(key)) return;
    if (hints.length === 0) this.#hints.delete(key);
    else this.#hints.set(key, { uri, findings: [...hints] });
    this.#changed.fire(undefined);
  }

  /** Hides one measured finding until the next recording. */
  dismiss(finding: Finding): void {
    this.#dismissed.add(finding);
    this.#changed.fire(undefined);
  }

  /** What was measured, worst first, without what was dismissed. */
  findings(): Finding[] {
    const all = this.#measured?.report.findings ?? [];
    return all.filter((finding) => !this.#dismissed.has(finding)).sort(bySeriousness);
  }

  /** Measured findings and hints of one file, worst first; hints carry the evidence of their line. */
  inFile(uri: vscode.Uri): Told[] {
    const all = this.findings();
    const measured = all.filter((finding) => pathOf(finding) === uri.fsPath);
    // All of them: hints also learn from what ran in other files.
    const hints = joinEvidence(this.#hints.get(uri.toString())?.findings ?? [], all);
    return [
      ...measured.map((finding): Told => ({ finding, origin: 'recording' })),
      ...hints.map((finding): Told => ({ finding, origin: 'source' })),
    ].sort((a, b) => bySeriousness(a.finding, b.finding));
  }

  /** Every document that has something to show. */
  documents(): vscode.Uri[] {
    const uris = [...this.#hints.values()].map(({ uri }) => uri);
    for (const finding of this.findings()) {
      const path = pathOf(finding);
      if (path !== undefined) uris.push(vscode.Uri.file(path));
    }
    return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

/** The file of a finding as VS Code writes paths, or undefined where the place is no file: `node:fs`, a URL. */
export function pathOf(finding: Finding): string | undefined {
  const { file } = finding.location;
  return ABSOLUTE.test(file) ? vscode.Uri.file(file).fsPath : undefined;
}

const ABSOLUTE = /^(\/|[a-z]:[\\/]|\\\\)/i;
