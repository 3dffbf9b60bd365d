import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { JudgedRegexp, RegexpText } from '../lint/regexps/verdict.ts';
import { quietAside } from '../lint/side-files.ts';
import type { TypedGifts } from '../lint/types/typed-calls.ts';
import type { Finding } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import { startLintClient, type LintClient } from '../session/lint-client.ts';
import { startRegexpsClient, type RegexpsClient } from '../session/regexps-client.ts';
import { startTypesClient, type TypesClient } from '../session/types-client.ts';
import { CODE } from './inline/languages.ts';
import type { FindingsStore } from './findings/store.ts';
import { LintStatus } from './lint-status.ts';
import { onSettings, settings } from './settings.ts';

/** A file is linted after this pause in typing, ms: shorter than what people wait for, longer than between two keys. */
const PAUSE = 70;

/** Regular expressions are checked in full after this further time without an edit, ms. */
const CHECK_PAUSE = 400;

/** Changes on disk are told together after this time, ms: a checkout writes many files. */
const GATHER = 500;

/** What the project can learn from. */
const SOURCES = '**/*.{js,jsx,mjs,cjs,ts,tsx,mts,cts}';

/**
 * Keeps the static hints of open files up to date: linted in a worker that starts with the first file, when one is
 * opened and after each pause in typing. The worker indexes the folders of those files, so that hints know of callers
 * in other files. Answers that come after a newer edit are dropped.
 */
export class Hints {
  readonly #store: FindingsStore;
  readonly #log: vscode.LogOutputChannel;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  readonly #subscription: vscode.Disposable;
  readonly #status: LintStatus;
  readonly #folders = new Set<string>();
  readonly #written = new Set<string>();
  #gathering: NodeJS.Timeout | undefined;
  #client: LintClient | undefined;
  #types: TypesClient | undefined;
  #regexps: RegexpsClient | undefined;

  constructor(store: FindingsStore, log: vscode.LogOutputChannel) {
    this.#store = store;
    this.#log = log;
    this.#status = new LintStatus();
    const watcher = vscode.workspace.createFileSystemWatcher(SOURCES);
    this.#subscription = vscode.Disposable.from(
      this.#status,
      watcher,
      watcher.onDidCreate((uri) => this.#wrote(uri)),
      watcher.onDidChange((uri) => this.#wrote(uri)),
      watcher.onDidDelete((uri) => this.#wrote(uri)),
      vscode.workspace.onDidOpenTextDocument((document) => this.#soon(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        void this.#regexps?.check(document.uri.fsPath, []);
        this.#soon(document, PAUSE);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => this.#forget(document)),
      onSettings(() => this.#all()),
    );
    this.#all();
  }

  dispose(): void {
    this.#subscription.dispose();
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    clearTimeout(this.#gathering);
    this.#client?.dispose();
    this.#types?.dispose();
    this.#regexps?.dispose();
  }

  /** The first file of a folder has its project indexed; then its open files are looked at again. */
  #openProject(uri: vscode.Uri, client: LintClient): void {
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    if (folder?.uri.scheme !== 'file' || this.#folders.has(folder.uri.fsPath)) return;
    this.#folders.add(folder.uri.fsPath);
    this.#status.indexing();
    client.open(folder.uri.fsPath).then(
      (files) => {
        this.#status.indexed(files);
        this.#all();
      },
      (error: unknown) => this.#log.debug(`${folder.uri.fsPath} was not indexed: ${String(error)}`),
    );
  }

  #wrote(uri: vscode.Uri): void {
    if (!this.#client || this.#folders.size === 0 || uri.path.includes('/node_modules/')) return;
    this.#written.add(uri.fsPath);
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => {
      const files = [...this.#written];
      this.#written.clear();
      this.#types?.changed(files);
      this.#client?.changed(files).then(
        () => this.#all(),
        (error: unknown) => this.#log.debug(`Changes were not taken over: ${String(error)}`),
      );
    }, GATHER);
  }

  #all(): void {
    for (const document of vscode.workspace.textDocuments) this.#soon(document, 0);
  }

  #soon(document: vscode.TextDocument, after: number): void {
    if (!isLinted(document)) return;
    const key = document.uri.fsPath;
    clearTimeout(this.#waiting.get(key));
    this.#waiting.set(
      key,
      setTimeout(() => {
        this.#waiting.delete(key);
        void this.#lint(document);
      }, after),
    );
  }

  #forget(document: vscode.TextDocument): void {
    clearTimeout(this.#waiting.get(document.uri.fsPath));
    this.#waiting.delete(document.uri.fsPath);
    void this.#regexps?.check(document.uri.fsPath, []);
    this.#store.setHints(document.uri, []);
  }

  async #lint(document: vscode.TextDocument): Promise<void> {
    const { lintEnabled, lintPreset, lintTypes } = settings(document.uri);
    if (!lintEnabled) {
      this.#store.setHints(document.uri, []);
      return;
    }
    const { version } = document;
    const isOld = (): boolean => document.version !== version || document.isClosed;
    try {
      this.#client ??= startLintClient();
      this.#openProject(document.uri, this.#client);
      const text = document.getText();
      const show = ({ value, problems }: Outcome<Finding[]>): void => {
        for (const problem of problems) this.#log.debug(`${document.uri.fsPath}: ${problem.message}`);
        if (isOld()) return;
        const relative = vscode.workspace.asRelativePath(document.uri, false);
        this.#store.setHints(document.uri, quietAside(value, relative));
        this.#status.linted(value.length);
      };
      const first = await this.#client.lint(nameOf(document), text, lintPreset);
      show(first);
      const judged = this.#verdictsOn(document, first.unchecked, isOld);
      const gifts = lintTypes && !isOld() ? await this.#giftsOf(document, text) : undefined;
      if (gifts && !isOld()) show(await this.#client.lint(nameOf(document), text, lintPreset, { gifts }));
      const verdicts = await judged;
      if (verdicts.length > 0 && !isOld())
        show(await this.#client.lint(nameOf(document), text, lintPreset, { gifts, verdicts }));
    } catch (error) {
      // Hints are an extra: their failure belongs into the log, not into the user's way.
      this.#log.warn(`Hints of ${document.uri.fsPath} failed: ${String(error)}`);
    }
  }

  /** What the full check says of regular expressions, in its own time; nothing once the text was edited. */
  async #verdictsOn(
    { uri }: vscode.TextDocument,
    texts: readonly RegexpText[],
    isOld: () => boolean,
  ): Promise<JudgedRegexp[]> {
    if (texts.length === 0) return [];
    await pause(CHECK_PAUSE);
    if (isOld()) return [];
    this.#regexps ??= startRegexpsClient();
    return this.#regexps.check(uri.fsPath, texts);
  }

  /** What the project's own TypeScript says of a file: it is run, so only where the folder is trusted. */
  async #giftsOf(document: vscode.TextDocument, text: string): Promise<TypedGifts | undefined> {
    if (!vscode.workspace.isTrusted || document.uri.scheme !== 'file') return undefined;
    this.#types ??= startTypesClient();
    const { value, problems } = await this.#types.gifts(document.uri.fsPath, text);
    for (const { message } of problems) this.#log.debug(message);
    return value;
  }
}

/** The extension tells how a text is parsed; a buffer that was never saved has none. */
function nameOf({ uri, languageId }: vscode.TextDocument): string {
  const known = /\.(?:[cm]?[jt]s|[jt]sx)$/i.test(uri.path);
  return known ? uri.fsPath : uri.fsPath + (EXTENSIONS[languageId] ?? '.js');
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  javascript: '.js',
  javascriptreact: '.jsx',
  typescript: '.ts',
  typescriptreact: '.tsx',
};

/** Views of what is no file of the user's: sides of a comparison, output, settings. */
const NOT_EDITED = new Set(['git', 'gitlens', 'output', 'vscode', 'debug', 'search-editor', 'vscode-scm']);

function isLinted(document: vscode.TextDocument): boolean {
  return (
    !NOT_EDITED.has(document.uri.scheme) &&
    vscode.languages.match(CODE, document) > 0 &&
    !document.uri.path.includes('/node_modules/') &&
    !document.uri.path.endsWith('.d.ts')
  );
}
