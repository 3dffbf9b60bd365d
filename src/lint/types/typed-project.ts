import type ts from 'typescript';
import { typedGifts, type TypedGifts, type TypeScript } from './typed-calls.ts';

/** The files of a `tsconfig.json`, with their types. */
export interface TypedProject {
  /** What the calls of a file give. @param text undefined: as it is on disk. Undefined for a file of another project. */
  gifts(file: string, text: string | undefined): TypedGifts | undefined;
  /** Files were written, made or removed on disk. */
  changed(files: readonly string[]): void;
  dispose(): void;
}

/**
 * Reads a configuration. Programs are made when they are asked for, and of a text that changed only that file is read
 * anew.
 * @throws Error with a sentence, for a configuration that TypeScript does not take
 */
export function openTypedProject(api: TypeScript, configFile: string): TypedProject {
  const parsed = readConfig(api, configFile);
  const services = [serviceOf(api, configFile, parsed)];
  // A configuration that only names others has no files of its own.
  for (const { path } of parsed.projectReferences ?? []) {
    const file = path.endsWith('.json') ? path : `${path}/tsconfig.json`;
    if (api.sys.fileExists(file)) services.push(serviceOf(api, file, readConfig(api, file)));
  }
  return {
    gifts(file, text) {
      for (const service of services) {
        const gifts = service.gifts(toSlashes(file), text);
        if (gifts) return gifts;
      }
      return undefined;
    },
    changed(files) {
      for (const service of services) for (const file of files) service.forget(toSlashes(file));
    },
    dispose() {
      for (const service of services) service.dispose();
    },
  };
}

interface Service {
  gifts(file: string, text: string | undefined): TypedGifts | undefined;
  forget(file: string): void;
  dispose(): void;
}

function serviceOf(api: TypeScript, configFile: string, parsed: ts.ParsedCommandLine): Service {
  const names = new Set(parsed.fileNames);
  /** Texts that are not on disk, or not yet. */
  const texts = new Map<string, string>();
  const versions = new Map<string, number>();
  const bump = (file: string): void => void versions.set(file, (versions.get(file) ?? 0) + 1);
  const read = (file: string): string | undefined => texts.get(file) ?? api.sys.readFile(file);
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => ({ ...parsed.options, ...ONLY_TYPES }),
    getScriptFileNames: () => [...names],
    getScriptVersion: (file) => String(versions.get(file) ?? 0),
    getScriptSnapshot: (file) => {
      const text = read(file);
      return text === undefined ? undefined : api.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => configFile.slice(0, configFile.lastIndexOf('/')),
    getDefaultLibFileName: (options) => api.getDefaultLibFilePath(options),
    useCaseSensitiveFileNames: () => api.sys.useCaseSensitiveFileNames,
    fileExists: (file) => texts.has(file) || api.sys.fileExists(file),
    readFile: read,
    readDirectory: (...given) => api.sys.readDirectory(...given),
    directoryExists: (folder) => api.sys.directoryExists(folder),
    getDirectories: (folder) => api.sys.getDirectories(folder),
    ...(api.sys.realpath ? { realpath: (file: string) => api.sys.realpath!(file) } : {}),
  };
  const service = api.createLanguageService(
    host,
    api.createDocumentRegistry(),
    api.LanguageServiceMode.Semantic,
  );
  return {
    gifts(file, text) {
      if (!names.has(file)) return undefined;
      if (text === undefined ? texts.delete(file) : texts.get(file) !== text) {
        if (text !== undefined) texts.set(file, text);
        bump(file);
      }
      const program = service.getProgram();
      const source = program?.getSourceFile(file);
      return program && source && typedGifts(api, program, source);
    },
    forget(file) {
      bump(file);
    },
    dispose: () => service.dispose(),
  };
}

/** Nothing is written, and nobody asks about errors in declarations. */
const ONLY_TYPES: ts.CompilerOptions = {
  noEmit: true,
  skipLibCheck: true,
  composite: false,
  incremental: false,
  declaration: false,
};

function readConfig(api: TypeScript, file: string): ts.ParsedCommandLine {
  const read: { config?: unknown; error?: ts.Diagnostic } = api.readConfigFile(file, (name) =>
    api.sys.readFile(name),
  );
  const { config, error } = read;
  if (error) throw new Error(api.flattenDiagnosticMessageText(error.messageText, ' '));
  const folder = file.slice(0, file.lastIndexOf('/'));
  return api.parseJsonConfigFileContent(config, api.sys, folder, undefined, file);
}

const toSlashes = (file: string): string => file.replaceAll('\\', '/');
