import type { Node } from './ast.ts';
import { enclosingFunction, functionName } from './ast.ts';
import type { When } from './reach.ts';

/** Whether a rule speaks of all that is served, or of what surely comes often. */
export type HowOften = 'often' | 'any';

/**
 * True for what runs for each request, connection, message or job. Not for listeners of a program's own events, of
 * which nothing says how often they come: `config.on('changed')` may come once. Not for what the parent process says,
 * and not for what is done now and then.
 */
export function comesOften(when: When): boolean {
  if (when.kind !== 'served' || isNowAndThen(when)) return false;
  const entry = when.chain.at(-1);
  // What a command does by the clock, in the code that it shares with a server.
  if (
    entry?.kind !== 'http-request' &&
    entry?.file !== when.chain[0]?.file &&
    isInCommands(entry?.file ?? '')
  )
    return false;
  if (entry?.kind === 'timer') return !isRareTick(entry.label ?? '');
  if (entry?.kind === 'http-request') return true;
  const event = /'(.*)' event$/.exec(entry?.label ?? '');
  return !event || (event.index === 0 && OFTEN.test(event[1]!));
}

/**
 * True for what serves whoever looks after the program, by the names on the way: it is set up, installed, migrated,
 * restored or started again, or developed. A reason to doubt, not a proof.
 */
export function isNowAndThen(when: When): boolean {
  if (when.kind !== 'served') return false;
  if (SET_UP.test(when.chain.at(-1)?.file ?? '') || PLUGINS.test(when.label)) return true;
  // `installModule (modules.js:12)`; an `'upgrade' event` is that of a connection.
  const names = [when.label, ...when.path].map((step) => step.replace(/ \(.*/, ''));
  return names
    .filter((name) => !name.startsWith("'upgrade' event"))
    .some((name) => wordsOf(name).some((word) => NOW_AND_THEN.test(word)));
}

/** True for what only a route for tests reaches: `POST /testing/cleanup`. */
export const isForTests = (when: When): boolean =>
  when.kind === 'served' && FOR_TESTS.test(when.chain.at(-1)?.label ?? '');

const FOR_TESTS = /^[A-Z]+ \S*\/(?:tests?|testing|e2e|__\w+)(?:\/|$)/;

/** The same by the names of the functions around a piece of code: what `backup()` does while it waits for a lock. */
export function standsInNowAndThen(node: Node): boolean {
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn))
    if (wordsOf(functionName(fn) ?? '').some((word) => NOW_AND_THEN.test(word))) return true;
  return false;
}

/** `every 3600000 ms` */
const isRareTick = (label: string): boolean =>
  Number(/^every ([\d_]+) ms$/.exec(label)?.[1]?.replaceAll('_', '') ?? 0) >= RARE_MS;

/** A timer that is due less often than every ten minutes delays next to nobody. */
const RARE_MS = 600_000;

/** True for files in folders of what a person runs. */
export const isInCommands = (file: string): boolean =>
  /(?:^|[\\/])(?:bin|cli|commands?|scripts)[\\/]/i.test(file);

const SET_UP = /(?:^|[\\/_-])(?:dev-?server|onboarding|setup|installer|wizard)[^\\/]*$/i;

/** Plugins come and go by requests that change something. */
const PLUGINS = /^(?:POST|PUT|PATCH|DELETE) .*\b(?:plugin|addon|add-on|extension|theme)s?\b/i;

/** `install`, `SK`, `Module` of `installSKModule`. */
const wordsOf = (name: string): string[] =>
  name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/);

const NOW_AND_THEN =
  /^(?:(?:un|re)?install(?:s|er|ing|ation)?|backups?|restor(?:e|es|ing)|migrat(?:e|es|ing|ions?)|upgrad(?:e|es|ing)|onboarding|setup|bootstrap|wizard|restart|reboot|shutdown|disable|dev|webpack|vite|hmr)$/i;

const OFTEN =
  /^(?:connection|connect|secureConnection|session|stream|client|request|upgrade|message|data|line|packet|chunk|readable|row|job|command)$/;
