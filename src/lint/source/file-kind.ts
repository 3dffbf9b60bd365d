import { staticString } from './ast.ts';
import type { Bindings } from './bindings.ts';
import { TEST_MODULES } from '../project/frameworks.ts';
import type { ParsedSource } from './parse.ts';

/**
 * What a file is for. Only a server is hurt by a blocked loop.
 * `command`: ends by itself, blocks nobody but its user; `test`: tests, benchmarks, tool configuration.
 */
export type FileKind = 'program' | 'command' | 'test';

export function fileKind(source: ParsedSource, bindings: Bindings, file: string): FileKind {
  const path = file.replaceAll('\\', '/');
  if (TEST_PATH.test(path) || CONFIG_PATH.test(path)) return 'test';
  const imported = importedModules(source);
  if (imported.some((name) => TEST_MODULES.test(name))) return 'test';
  if (!bindings.isBound('describe') && /^\s*describe\(/m.test(source.text)) return 'test';
  if (source.text.startsWith('#!') || imported.some((name) => COMMAND_MODULES.test(name))) return 'command';
  // Ends by itself with a status, and listens to nobody.
  if (ENDS.test(source.text) && !LISTENS.test(source.text)) return 'command';
  return 'program';
}

const ENDS = /\bprocess\.(?:exit\(|exitCode\s*=)/;
const LISTENS = /\.(?:listen|on|addListener)\(/;
const TEST_PATH =
  /(?:^|\/)(?:__tests__|__mocks__)\/|[./_-](?:test|tests|spec|bench|e2e|stories)\.[cm]?[jt]sx?$/i;
const CONFIG_PATH = /(?:^|\/)(?:[gG]ulpfile|[gG]runtfile|[^/]*\.config)\.[cm]?[jt]s$/;
const COMMAND_MODULES =
  /^(?:commander|yargs|cac|meow|minimist|inquirer|@inquirer\/.*|prompts|ora|oclif|@oclif\/.*|caporal|sade|arg)$/;

function importedModules(source: ParsedSource): string[] {
  const names: string[] = [];
  for (const statement of source.ast.body) {
    if (statement.type === 'ImportDeclaration') names.push(statement.source.value.replace(/^node:/, ''));
    if (statement.type !== 'VariableDeclaration') continue;
    for (const { init } of statement.declarations) {
      if (init?.type !== 'CallExpression' || init.callee.type !== 'Identifier') continue;
      const name = init.callee.name === 'require' ? staticString(init.arguments[0]) : undefined;
      if (name) names.push(name.replace(/^node:/, ''));
    }
  }
  return names;
}
