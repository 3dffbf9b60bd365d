import { indexRead } from './index-text.ts';
import { lintText } from './lint-text.ts';
import { createLiveTrees } from './live/live-trees.ts';
import type { FileIndex } from './project/file-index.ts';
import type { Project } from './project/project.ts';
import type { LintOutcome, LintRequest } from './protocol.ts';
import { rememberingScreen } from './regexps/screen.ts';
import { regexpKey, type JudgedRegexp, type RegexpText } from './regexps/verdict.ts';
import { readParsed, type Reading } from './source/analysis.ts';
import { parseTree, type Tree } from './source/parse.ts';
import { withTypes } from './types/with-types.ts';

/** Answers about texts, and keeps the trees that will be asked for again. */
export interface LintService {
  /** @param tree whether the same text will be asked about again soon */
  index(file: string, text: string, tree: 'keep' | 'drop'): FileIndex;
  /** @param project where the text is one of its files, it learns of it first */
  lint(request: LintRequest & { kind: 'lint' }, project?: Project): LintOutcome;
  /** Verdicts of the full check, which count from now on. */
  learn(verdicts: readonly JudgedRegexp[]): void;
}

/** Characters of source whose trees are kept: some hundred bytes of memory each. */
const KEPT_CHARACTERS = 1_500_000;

/** Files that were asked about last, whose trees follow what is typed. */
const LIVE_FILES = 3;

/** Regular expressions whose answer is kept: most of a file's are the same after an edit. */
const KEPT_REGEXPS = 5_000;

export function createLintService(): LintService {
  const kept = new Map<string, Kept>();
  let size = 0;
  const live = createLiveTrees(LIVE_FILES);
  const screen = rememberingScreen(KEPT_REGEXPS);
  const verdicts = new Map<string, JudgedRegexp>();

  const learn = (judged: readonly JudgedRegexp[]): void => {
    if (verdicts.size > KEPT_REGEXPS) verdicts.clear();
    for (const one of judged) verdicts.set(regexpKey(one), one);
  };

  const forget = (file: string): void => {
    size -= kept.get(file)?.text.length ?? 0;
    kept.delete(file);
  };

  /** The tree of a text, or why it has none. */
  const parsed = (file: string, text: string): Partial<Kept> & { failed?: unknown } => {
    const known = kept.get(file);
    if (known?.text === text) return known;
    forget(file);
    try {
      const tree = live.follow(file, text) ?? parseTree(text, file);
      return { tree, read: reader(tree, text, file) };
    } catch (failed) {
      return { failed };
    }
  };

  return {
    learn,
    index(file, text, keep) {
      const { tree, read } = parsed(file, text);
      if (tree && read && keep === 'keep' && size + text.length <= KEPT_CHARACTERS) {
        forget(file);
        kept.set(file, { text, tree, read });
        size += text.length;
      }
      return indexRead(read);
    },
    lint(request, project) {
      const { file, text } = request;
      const { tree, read, failed } = parsed(file, text);
      forget(file);
      if (tree) live.keep(file, text, tree);
      // A text in the middle of an edit says nothing new about who calls whom.
      if (read && project?.has(file)) project.set(file, indexRead(read));
      const facts = withTypes(request.project ?? project?.facts(file), request.gifts);
      learn(request.verdicts ?? []);
      const unchecked = new Map<string, RegexpText>();
      const regexps = {
        screen,
        verdictOn: (text: RegexpText) => verdicts.get(regexpKey(text))?.verdict,
        want: (text: RegexpText) => void unchecked.set(regexpKey(text), text),
      };
      const outcome = lintText({ ...request, read, failed, project: facts, regexps });
      return { ...outcome, unchecked: [...unchecked.values()] };
    },
  };
}

/** A text that will be asked for again. */
interface Kept {
  text: string;
  tree: Tree;
  read: () => Reading;
}

/** Reads a tree when it is first asked for, and once. */
function reader(tree: Tree, text: string, file: string): () => Reading {
  let reading: Reading | undefined;
  return () => (reading ??= readParsed({ ...tree, text }, file));
}
