import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  allGeneratedPositionsFor,
  GREATEST_LOWER_BOUND,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  sourceContentFor,
  TraceMap,
} from '@jridgewell/trace-mapping';
import { readMap, sourceFile } from './source-maps.ts';

/** A position in a script or a source; both count from 0, as the inspector's protocol does. */
export interface Position {
  line: number;
  column: number;
}

/** The source map of one loaded script, both ways. */
export interface ScriptMap {
  /** Absolute files of the author. */
  readonly sources: readonly string[];
  /** Text that the map itself carries for a source. */
  contentOf(source: string): string | undefined;
  /** Where the author wrote what stands at a position of the script; undefined when nobody did. */
  toSource(position: Position): (Position & { source: string }) | undefined;
  /** Where a line of the author stands in the script, or the next line after it that left something there. */
  toScript(source: string, position: Position): Position[];
}

/** How many lines further down a breakpoint may move when its own line has no code. */
const MAX_SLIDE = 20;

/**
 * Reads the map that V8 names for a loaded script: inline, or a file beside it.
 * Undefined when it cannot be read; the script is then shown as it is.
 *
 * @param url of the script
 * @param reference its `sourceMappingURL`
 */
export async function readScriptMap(url: string, reference: string): Promise<ScriptMap | undefined> {
  try {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    const folder = path.isAbsolute(file) ? path.dirname(file) : process.cwd();
    const { text, base } = await readMap(reference, folder);
    return scriptMap(new TraceMap(text), base);
  } catch {
    return undefined;
  }
}

/** `file:` URL of an absolute path, as Node names its scripts. */
export function scriptUrl(file: string): string {
  return pathToFileURL(file).href;
}

/** Absolute path of a script's `file:` URL (or of a path); undefined for everything else. */
export function scriptFile(url: string): string | undefined {
  try {
    if (url.startsWith('file:')) return fileURLToPath(url.replace(/[?#].*$/, ''));
  } catch {
    return undefined;
  }
  return path.isAbsolute(url) ? url : undefined;
}

function scriptMap(map: TraceMap, base: string): ScriptMap {
  const names = new Map<string, string>();
  for (const source of map.resolvedSources) names.set(sourceFile(source, base), source);
  return {
    sources: [...names.keys()],
    contentOf: (source) => sourceContentFor(map, names.get(source) ?? '') ?? undefined,
    toSource: ({ line, column }) => {
      const at = { line: line + 1, column };
      const before = originalPositionFor(map, { ...at, bias: GREATEST_LOWER_BOUND });
      const found =
        before.line === null ? originalPositionFor(map, { ...at, bias: LEAST_UPPER_BOUND }) : before;
      if (found.line === null || found.source === null) return undefined;
      return { source: sourceFile(found.source, base), line: found.line - 1, column: found.column };
    },
    toScript: (source, { line, column }) => {
      const name = names.get(source);
      if (name === undefined) return [];
      for (let k = 0; k <= MAX_SLIDE; k++) {
        const found = allGeneratedPositionsFor(map, {
          source: name,
          line: line + 1 + k,
          column: k === 0 ? column : 0,
          bias: LEAST_UPPER_BOUND,
        });
        if (found.length === 0) continue;
        return leftmostOfEachLine(found);
      }
      return [];
    },
  };
}

/** One position for each line of the script: a line of the author often leaves several pieces in one. */
function leftmostOfEachLine(found: { line: number | null; column: number | null }[]): Position[] {
  const lines = new Map<number, number>();
  for (const { line, column } of found) {
    if (line === null || column === null) continue;
    const known = lines.get(line);
    if (known === undefined || column < known) lines.set(line, column);
  }
  return [...lines].map(([line, column]) => ({ line: line - 1, column }));
}
