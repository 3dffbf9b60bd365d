import fs from 'node:fs';
import path from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { UserError } from '../base/user-error.ts';
import type { Loop } from './loop.ts';
import type { Place, Script } from './scripts.ts';

/** How the client counts. */
export interface Conventions {
  lineBase: 0 | 1;
  columnBase: 0 | 1;
}

/** The sources of all loops as the client knows them: by path where there is a file, by a number where there is none. */
export class SourceTable {
  readonly #texts = new Map<number, () => Promise<string>>();
  readonly #references = new Map<string, number>();

  /** @param muted whose code is not to be debugged: shown, but not preferred */
  source(loop: Loop, place: Pick<Place, 'script' | 'source'>, muted = false): DebugProtocol.Source {
    const { script, source } = place;
    const hint = muted || script.internal ? { presentationHint: 'deemphasize' as const } : {};
    if (source !== undefined && fs.existsSync(source)) {
      return { name: path.basename(source), path: source, ...hint };
    }
    const content = source === undefined ? undefined : script.map?.contentOf(source);
    const name = source ?? (script.url === '' ? `<eval>/VM${script.id}` : script.url);
    const key = content === undefined ? `${loop.threadId}:${script.id}` : `map:${name}`;
    const sourceReference = this.#reference(key, () =>
      content === undefined
        ? loop.connection
            .send<{ scriptSource: string }>('Debugger.getScriptSource', { scriptId: script.id })
            .then(({ scriptSource }) => scriptSource)
        : Promise.resolve(content),
    );
    return { name: path.basename(name) || name, path: name, sourceReference, ...hint };
  }

  /** @throws UserError when the client asks for a source that we never named */
  text(sourceReference: number): Promise<string> {
    const text = this.#texts.get(sourceReference);
    if (!text)
      throw new UserError(
        'usage',
        'This source is not known any more.',
        'Open it again from the call stack.',
      );
    return text();
  }

  /** The script that a source reference stands for; undefined when it is a text out of a map. */
  scriptOf(sourceReference: number): { threadId: number; scriptId: string } | undefined {
    const key = [...this.#references].find(([, reference]) => reference === sourceReference)?.[0];
    const match = /^(\d+):(.+)$/.exec(key ?? '');
    return match ? { threadId: Number(match[1]), scriptId: match[2]! } : undefined;
  }

  /** All sources of a loop. */
  loaded(loop: Loop): DebugProtocol.Source[] {
    return loop.scripts
      .all()
      .filter((script) => !script.url.startsWith('looplens:'))
      .flatMap((script) => this.ofScript(loop, script));
  }

  /** The sources that a script was made of. */
  ofScript(loop: Loop, script: Script): DebugProtocol.Source[] {
    const files = script.map ? script.map.sources : [script.file];
    return files.map((source) => this.source(loop, { script, source }));
  }

  #reference(key: string, text: () => Promise<string>): number {
    const known = this.#references.get(key) ?? this.#references.size + 1;
    this.#references.set(key, known);
    this.#texts.set(known, text);
    return known;
  }
}
