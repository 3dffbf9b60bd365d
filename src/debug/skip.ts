import { INTERNAL_SCRIPTS } from './scripts.ts';

/** Whose code stepping passes by. */
export interface Skip {
  /** Regular expressions for `Debugger.setBlackboxPatterns`, matched with the URLs of scripts. */
  patterns: string[];
  /** Whether a source, by its absolute file or URL, is passed by. */
  muted: (source: string) => boolean;
}

/** @param globs as of `skipFiles`: `<node_internals>/**`, `**\/node_modules/**`, an absolute path */
export function compileSkip(globs: readonly string[]): Skip {
  const files = globs.filter((glob) => !glob.startsWith('<')).map(toPattern);
  const node = globs.some((glob) => glob.startsWith('<node_internals>'));
  // What we stop in is left out: V8 ignores a `debugger` statement in a blackboxed script.
  const internal = node ? INTERNAL_SCRIPTS.map((p) => (p === OURS ? STEPPED_BY : p)) : [STEPPED_BY];
  const patterns = [...internal, ...files];
  const compiled = patterns.map((pattern) => new RegExp(pattern));
  return {
    patterns,
    muted: (source) => {
      const path = source.replaceAll('\\', '/');
      return compiled.some((pattern) => pattern.test(path));
    },
  };
}

/** Our scripts in the process. */
const OURS = '^looplens:';
const STEPPED_BY = '^looplens:(?!debug)';

/** `**` any folders, `*` within one, `?` a letter. Anchored at a folder's border, so that it fits URLs and paths. */
function toPattern(glob: string): string {
  const text = glob
    .replaceAll('\\', '/')
    .replace(/^\*\*\//, '')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('**/', '\u0001')
    .replaceAll('**', '\u0002')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]')
    .replaceAll('\u0001', '(.*/)?')
    .replaceAll('\u0002', '.*');
  return text.startsWith('/') ? `${text}$` : `(^|/)${text}$`;
}
