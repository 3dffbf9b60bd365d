import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parentPort, type MessagePort } from 'node:worker_threads';
import { defined } from '../../base/assert.ts';
import type { TypeScript } from '../../lint/types/typed-calls.ts';
import { openTypedProject, type TypedProject } from '../../lint/types/typed-project.ts';
import type { FromTypesWorker, ToTypesWorker } from '../types-messages.ts';

/**
 * Entry of the thread that knows types. It runs the TypeScript that the project itself has installed, so that a type is
 * what the project's own build says it is.
 */
function serve(port: MessagePort): void {
  const projects = new Map<string, TypedProject | string>();
  let queue: Extract<ToTypesWorker, { type: 'gifts' }>[] = [];
  port.on('message', (message: ToTypesWorker) => {
    if (message.type === 'changed') {
      for (const project of projects.values())
        if (typeof project !== 'string') project.changed(message.files);
      return;
    }
    for (const { id } of queue.filter(({ file }) => file === message.file)) reply({ id });
    queue = [...queue.filter(({ file }) => file !== message.file), message];
    if (queue.length === 1) setImmediate(next);
  });

  function next(): void {
    const request = queue[0];
    if (!request) return;
    reply(answer(request));
    queue = queue.filter((one) => one !== request);
    if (queue.length > 0) setImmediate(next);
  }

  function answer({ id, file, text }: Extract<ToTypesWorker, { type: 'gifts' }>): FromTypesWorker {
    const config = configOf(file);
    if (config === undefined) return { id };
    let project = projects.get(config);
    if (project === undefined) projects.set(config, (project = open(config)));
    if (typeof project === 'string') return { id, problem: project };
    try {
      return { id, gifts: project.gifts(file, text) };
    } catch (error) {
      // TypeScript does fail on some programs.
      return { id, problem: `TypeScript failed on ${file}: ${firstLine(error)}` };
    }
  }

  const reply = (message: FromTypesWorker): void => port.postMessage(message);
}

/** The nearest configuration above a file. */
function configOf(file: string): string | undefined {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      const config = path.join(folder, name);
      if (fs.existsSync(config)) return config;
    }
    if (folder === path.dirname(folder)) return undefined;
  }
}

/** The project, or a sentence that says why there is none. */
function open(config: string): TypedProject | string {
  let api: Partial<TypeScript>;
  try {
    api = createRequire(config)('typescript') as Partial<TypeScript>;
  } catch {
    return `The project of ${config} has no TypeScript installed`;
  }
  if (!api.createLanguageService || !api.sys)
    return `TypeScript ${api.version ?? ''} of ${config} cannot be asked for types from a program`;
  try {
    return openTypedProject(api as TypeScript, config.replaceAll('\\', '/'));
  } catch (error) {
    return `${config} cannot be read: ${firstLine(error)}`;
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;

serve(defined(parentPort, 'the port of the worker thread'));
