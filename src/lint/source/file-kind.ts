import { staticString, walk } from './ast.ts';
import type { Bindings } from './bindings.ts';
import { TEST_MODULES } from '../project/frameworks.ts';
import type { ParsedSource } from './parse.ts';

/**
 * What a file is for. Only a server is hurt by a blocked loop.
 * `command`: ends by itself, blocks nobody but its user; `test`: tests, benchmarks, tool configuration;
 * `browser`: runs in a web page, where Node's rules do not hold.
 */
export type FileKind = 'program' | 'command' | 'test' | 'browser';

export function fileKind(source: ParsedSource, bindings: Bindings, file: string): FileKind {
  const path = file.replaceAll('\\', '/');
  if (TEST_PATH.test(path) || CONFIG_PATH.test(path)) return 'test';
  const imported = importedModules(source);
  if (imported.some((name) => TEST_MODULES.test(name))) return 'test';
  if (
    source.text.includes('describe(') &&
    !bindings.isBound('describe') &&
    /^\s*describe\(/m.test(source.text)
  )
    return 'test';
  if (isForBrowsers(source, path, imported)) return 'browser';
  if (COMMAND_FOLDERS.test(path)) return 'command';
  if (source.text.startsWith('#!') || imported.some((name) => COMMAND_MODULES.test(name))) return 'command';
  // Ends by itself with a status, and listens to nobody.
  if (ENDS.test(source.text) && !LISTENS.test(source.text)) return 'command';
  if (ENDS.test(source.text) && ASKED.test(source.text) && !SERVES.test(source.text)) return 'command';
  return 'program';
}

/** True for a file that uses what only Node has: its modules and globals, and packages of servers. */
export const showsNode = (source: ParsedSource): boolean =>
  importedModules(source).some((name) => NODE_MODULES.test(name) || SERVER_MODULES.test(name)) ||
  ONLY_NODE_GLOBALS.test(source.text);

const SERVER_MODULES =
  /^(?:express|koa|fastify|restify|hapi|ws|socket\.io|pg|mysql2?|mongodb|mongoose|redis|ioredis|knex|typeorm|sequelize|bullmq?|amqplib|kafkajs|winston|pino|dotenv|jsonwebtoken|bcrypt(?:js)?|nodemailer|aws-sdk)$|^@(?:hapi|koa|fastify|nestjs|aws-sdk|prisma)\//;

const ONLY_NODE_GLOBALS = /\b__(?:dirname|filename)\b|\bBuffer\.|\bprocess\.(?!env\b)[a-z]/;

const ENDS = /\bprocess\.(?:exit\(|exitCode\s*=)/;
/** It is told what to do on its command line, and serves nobody. */
const ASKED = /\bprocess\.argv\b/;
const SERVES = /\.listen\(|\bcreateServer\(|\bsetInterval\(|\brequire\.main\b|\bmodule\.exports\b|^export /m;
const LISTENS = /\.(?:listen|on|addListener)\(/;
const TEST_PATH =
  /(?:^|\/)(?:__tests__|__mocks__|test-?(?:utils?|helpers?|support|setup|fixtures?))\/|[./_-](?:test|tests|spec|bench|e2e|stories)\.[cm]?[jt]sx?$|(?:^|\/)(?:test|jest|vitest|mocha)[-_.]?(?:setup|utils?|helpers?|env(?:ironment)?)\.[cm]?[jt]sx?$/i;
const CONFIG_PATH = /(?:^|\/)(?:[gG]ulpfile|[gG]runtfile|[^/]*\.config)\.[cm]?[jt]s$/;
/** What a person runs: `commands/develop.js`, `migrations/001-users.js`. */
const COMMAND_FOLDERS =
  /(?:^|\/)(?:commands?|cli|CLI|bin|scripts|migrations|seeds|seeders)\/|(?:^|\/)(?:pre|post)-?install\.[cm]?[jt]s$/;
const COMMAND_MODULES =
  /^(?:commander|yargs|cac|meow|minimist|inquirer|@inquirer\/.*|prompts|ora|oclif|@oclif\/.*|caporal|sade|arg)$/;

/** By what it asks of a page, or by where it stands; never where it uses what only Node has. */
function isForBrowsers(source: ParsedSource, path: string, imported: readonly string[]): boolean {
  const { text } = source;
  if (imported.some((name) => NODE_MODULES.test(name))) return false;
  if (CHUNK.test(text) || BROWSERIFIED.test(text) || HASHED.test(path)) return true;
  // A bundle for pages may have been made to be required, too.
  if (/(?:^|\/)public\//.test(path) && PAGE_GLOBALS.test(text)) return true;
  if (imported.includes('react') && HOOKS.test(text)) return true;
  if (NODE_GLOBALS.test(text)) return isScriptOfPage(source, imported);
  if (CLICKED.test(text)) return true;
  if (imported.some((name) => PAGE_MODULES.test(name)) || /^\s*['"]use client['"]/.test(text)) return true;
  if (BUNDLED.test(path) || PAGE_FOLDERS.test(path) || SERVICE_WORKER.test(text)) return true;
  return PAGE_GLOBALS.test(text) || COMPONENT.test(text);
}

/** What a bundler makes of CommonJS for pages: it asks for no module of Node, and again and again for the page. */
function isScriptOfPage({ ast, visitorKeys, text }: ParsedSource, imported: readonly string[]): boolean {
  if (ONLY_NODE.test(text) || imported.some((name) => DRIVES_PAGES.test(name))) return false;
  if (!PAGE_USE.test(text)) return false;
  // Servers write the like into the text of a page.
  let uses = 0;
  walk(ast, visitorKeys, (node) => {
    if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return undefined;
    if (/^(?:window|document)$/.test(node.object.name)) uses++;
    return undefined;
  });
  return uses >= 3;
}

/** A part of a bundle that a page loads; for Node, webpack makes modules that are required. */
const CHUNK = /\b(?:self|window|globalThis|this)\[?\.?["']?webpackChunk/;
/** What a component does when it is shown, and when somebody uses it; a server that renders it does neither. */
const HOOKS =
  /\buse(?:Effect|LayoutEffect|State|Reducer|Ref|Callback)\(|\bjsxs?\([^;]*\bon(?:Click|Submit|Change|KeyDown)\s*:/;
/** Handlers of elements are left out where a server renders. */
const CLICKED = /<[A-Za-z][^<>]*\son[A-Z][a-z]\w*=\{/;
const ONLY_NODE =
  /\b__(?:dirname|filename)\b|\bBuffer\.|\bprocess\.(?!env\b)[a-z]|\btypeof (?:window|document)\b(?!\.)/;
const PAGE_USE = /(?<![.\w$])(?:window|document)\.[A-Za-z]/;
/** They send functions into pages, which use what is there. */
const DRIVES_PAGES =
  /^(?:puppeteer|playwright|jsdom|happy-dom|linkedom|cheerio|webdriver|selenium|nightmare|phantom|electron|chrome-)/;
const NODE_MODULES =
  /^(?:fs|path|http|https|http2|net|tls|os|child_process|cluster|crypto|stream|zlib|worker_threads|util|url|events|dns|module|perf_hooks|async_hooks|readline|timers|process|vm|v8|test|sqlite)(?:\/|$)/;
const NODE_GLOBALS =
  /\brequire\(|\bmodule\.exports\b|\b__(?:dirname|filename)\b|\bBuffer\.|\bprocess\.(?!env\b)[a-z]/;
const PAGE_GLOBALS =
  /(?<![.\w$])(?:window\.(?:location|document|parent|addEventListener|localStorage|history)|document\.(?:querySelector|getElement|createElement|body|cookie|addEventListener)|localStorage\.)/;
const PAGE_MODULES =
  /\.(?:vue|svelte|css|scss|less)$|^(?:vue|vuex|pinia|react-dom(?:\/client)?|jquery|svelte|preact)$/;
const PAGE_FOLDERS = /(?:^|\/)(?:public|static|assets|www|browser|ui)\//;
/** Modules that Browserify has put into one file. */
const BROWSERIFIED = /[[{]\s*\d+\s*:\s*\[\s*function\s*\(require,\s*module,\s*exports\)/;
/** The same, where nothing else is known: one that Vite gave in a folder of what pages load. */
const HASHED =
  /(?:^|\/)(?:client|chunks|assets|public|static)\/(?:[^/]+\/)*[\w.]+-(?=[\w-]*[a-z])(?=[\w-]*[\d_]|(?:[^A-Z]*[A-Z]){3})[\w-]{8}\.m?js$/;
/** A name that a bundler gave: `users-CSjOwpT9.js`. */
const BUNDLED = /[-.](?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{8}\.m?js$/;
const SERVICE_WORKER = /(?<![.\w$])self\.(?:addEventListener|skipWaiting|registration)\b/;
/** The options of a component of Vue. */
const COMPONENT = /export default \{[^]*^ {2}(?:methods|computed|emits|mixins): [[{]/m;

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
