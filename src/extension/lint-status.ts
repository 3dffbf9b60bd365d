import * as vscode from 'vscode';
import { CODE } from './inline/languages.ts';

/** The language status item of JavaScript and TypeScript: what hints know of the project. */
export class LintStatus {
  readonly #item: vscode.LanguageStatusItem;

  constructor() {
    this.#item = vscode.languages.createLanguageStatusItem('looplens.lint', CODE);
    this.#item.name = 'LoopLens';
    this.#item.text = 'LoopLens: this file alone';
    this.#item.command = { command: 'looplens.showLog', title: 'Log' };
  }

  dispose(): void {
    this.#item.dispose();
  }

  indexing(): void {
    this.#item.busy = true;
    this.#item.detail = 'reading the project';
  }

  /** @param files 0 when the project was too large */
  indexed(files: number): void {
    this.#item.busy = false;
    this.#item.text = files === 0 ? 'LoopLens: this file alone' : 'LoopLens: calls across files';
    this.#item.detail = files === 0 ? 'the project could not be read' : `${files} files`;
  }

  /** @param hints in the file that was looked at last */
  linted(hints: number): void {
    this.#item.severity = vscode.LanguageStatusSeverity.Information;
    this.#item.accessibilityInformation = { label: `LoopLens, ${hints} hints` };
  }
}
