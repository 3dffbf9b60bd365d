import type { Debugger } from 'node:inspector';
import type { Position, ScriptMap } from '../inspector/script-map.ts';
import { readScriptMap, scriptFile } from '../inspector/script-map.ts';

/** A script that V8 has compiled in one loop. */
export interface Script {
  readonly id: string;
  /** `file:` URL, `node:fs`, or '' for code made by `eval` without a name. */
  readonly url: string;
  /** Absolute path where the URL is one of a file. */
  readonly file: string | undefined;
  /** Node's own JavaScript, or ours. */
  readonly internal: boolean;
  /** Its `sourceMappingURL`; '' for none. */
  readonly reference: string;
  /** Undefined until it was read, and where there is none. */
  map: ScriptMap | undefined;
}

/** A place as people see it; counts from 0. */
export interface Place extends Position {
  script: Script;
  /** Absolute file of the author; undefined where the script itself is the source. */
  source: string | undefined;
  /** The script has a map, and it does not cover this place. */
  unmapped: boolean;
}

/** The scripts of one loop, with their source maps. */
export class ScriptTable {
  readonly #scripts = new Map<string, Script>();
  readonly #reading = new Set<Promise<void>>();
  readonly #maps: 'read' | 'ignored';

  constructor(maps: 'read' | 'ignored') {
    this.#maps = maps;
  }

  /** Notes a script; its map is being read from then on, and `onMap` is called when there is one. */
  add(event: Debugger.ScriptParsedEventDataType, onMap: (script: Script) => void): Script {
    const script: Script = {
      id: event.scriptId,
      url: event.url,
      file: scriptFile(event.url),
      internal: isInternal(event.url),
      reference: event.sourceMapURL ?? '',
      map: undefined,
    };
    this.#scripts.set(script.id, script);
    const reference = event.sourceMapURL;
    if (this.#maps === 'read' && reference !== undefined && reference !== '' && !script.internal) {
      const reading = readScriptMap(script.url, reference).then((map) => {
        script.map = map;
        this.#reading.delete(reading);
        if (map) onMap(script);
      });
      this.#reading.add(reading);
    }
    return script;
  }

  get(id: string): Script | undefined {
    return this.#scripts.get(id);
  }

  all(): Script[] {
    return [...this.#scripts.values()];
  }

  /** Scripts that were made of a file: itself, or by a map. */
  of(file: string): Script[] {
    return this.all().filter((script) =>
      script.map ? script.map.sources.includes(file) : script.file === file,
    );
  }

  /** Resolves when no map is being read any more. */
  async settled(): Promise<void> {
    while (this.#reading.size > 0) await Promise.all(this.#reading);
  }

  /** The author's place of a position in a script. */
  place(scriptId: string, position: Position): Place | undefined {
    const script = this.#scripts.get(scriptId);
    if (!script) return undefined;
    const mapped = script.map?.toSource(position);
    if (mapped)
      return { script, source: mapped.source, line: mapped.line, column: mapped.column, unmapped: false };
    return { script, source: script.file, ...position, unmapped: script.map !== undefined };
  }

  /** The newest script of a URL. */
  byUrl(url: string): Script | undefined {
    return this.all().findLast((script) => script.url === url || script.file === url);
  }
}

/** Scripts that nobody debugs: Node's (before 20 some had a bare name), and what we put into the process. */
export const INTERNAL_SCRIPTS = ['^node:', '^internal/', '^looplens:'];

function isInternal(url: string): boolean {
  return INTERNAL_SCRIPTS.some((pattern) => new RegExp(pattern).test(url));
}
