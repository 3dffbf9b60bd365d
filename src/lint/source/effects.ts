import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';
import { lastName, propertyName, staticString, unwrap } from './ast.ts';
import { propertyValue } from './classes.ts';

/** What the name of an awaited call says about its effect. */
export interface EffectGuess {
  /** `ordered`: it writes, waits or cannot be judged, so its place counts. */
  kind: 'read' | 'unnamed' | 'ordered';
  /** Source of the object it is called on. */
  receiver?: string;
  /** The receiver does one thing at a time, or moves on with each call: a transaction, cursor, page. */
  stateful: boolean;
}

/**
 * Judges the operand of an `await`. Names are all there is without types, so doubt means `ordered`.
 * @param fresh names of what was made just before, for this await alone: the body of one response may be read as any other
 */
export function effectOf(
  argument: Node,
  analysis: Analysis,
  fresh: ReadonlySet<string> = new Set(),
): EffectGuess {
  const call = unwrap(argument);
  // Loading waits the first time only.
  if (call.type === 'ImportExpression') return { kind: 'unnamed', stateful: false };
  if (call.type !== 'CallExpression') return ORDERED;
  const name = lastName(call.callee);
  if (name === undefined) return ORDERED;
  const receiver = receiverOf(call.callee, analysis);
  const stateful = receiver !== undefined && !fresh.has(receiver) && STATEFUL.test(receiver);
  if (stateful) return { kind: 'ordered', receiver, stateful };
  if (call.arguments.some((argument) => argument.type === 'Identifier' && LANES.test(argument.name)))
    return ORDERED;
  if (isInTransaction(call, analysis)) return ORDERED;
  const guess = (kind: EffectGuess['kind']): EffectGuess => ({
    kind,
    stateful,
    ...(receiver ? { receiver } : {}),
  });

  if (name === 'fetch' || name === 'axios') {
    const [first, second] = call.arguments;
    // What `axios` is given alone may be its options; `fetch` is given an address.
    return guess(requestsWrite(second ?? (name === 'axios' ? first : undefined)) ? 'ordered' : 'read');
  }
  if (name === 'query' || name === 'execute' || name === 'raw') {
    const sql = staticString(call.arguments[0]) ?? templateStart(call.arguments[0]);
    return guess(sql !== undefined && /^\s*(?:select|with)\b/i.test(sql) ? 'read' : 'ordered');
  }
  // `Promise.all([...])` is awaited for a group that was already thought about.
  if (/^(?:all|allSettled|race|any)$/.test(name) && receiver === 'Promise') return ORDERED;
  // Computing one after another is as fast as together.
  if (COMPUTES.test(name)) return guess('unnamed');
  const verb = firstWord(name);
  if (READ_VERBS.has(verb)) return guess('read');
  if (AMBIGUOUS.has(verb) && name.length > verb.length) return guess('unnamed');
  if (ORDERED_VERBS.has(verb) || name.startsWith('_')) return guess('ordered');
  return guess('unnamed');
}

/** Queries of one transaction go through one connection, one after another. */
function isInTransaction(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const text = analysis.source.text;
  if (IN_TRANSACTION.test(text.slice(...call.range))) return true;
  const carriers = analysis.once(
    'carriers of transactions',
    () => new Set(Array.from(text.matchAll(CARRIER), ([, member, given]) => member ?? given)),
  );
  return call.arguments.some((argument) => argument.type === 'Identifier' && carriers.has(argument.name));
}

/** What says, anywhere in a file, that a handle has the transaction: `ctx.trx`, `getRepository(ctx, Order)`. */
const CARRIER =
  /\.(?:transact\w+|trx)\b(?<=([\w$\u0080-\uffff]+)\??\.(?:transact\w+|trx))|\b(?:getRepository|getManager|withTransaction)\(\s*([\w$\u0080-\uffff]+)/g;

const IN_TRANSACTION =
  /\.transacting\(|[{,]\s*(?:transacting|transaction|trx|tx)\b|\(tr(?:x|ansaction)\)|\.\.\.\w*(?:tx|trx|transact)/i;

const ORDERED: EffectGuess = { kind: 'ordered', stateful: false };

/** True when the options of a request name a method that writes, or cannot be read. */
function requestsWrite(options: Node | undefined): boolean {
  if (!options || options.type === 'Literal' || options.type === 'TemplateLiteral') return false;
  if (options.type !== 'ObjectExpression') return true;
  const method = propertyValue(options, 'method');
  return method !== undefined && !/^(?:get|head|options)$/i.test(staticString(method) ?? '');
}

const templateStart = (node: Node | undefined): string | undefined =>
  node?.type === 'TemplateLiteral' ? node.quasis[0]?.value.raw : undefined;

function receiverOf(callee: Node, analysis: Analysis): string | undefined {
  const plain = unwrap(callee);
  if (plain.type !== 'MemberExpression') return undefined;
  let root = unwrap(plain.object);
  while (root.type === 'CallExpression' || root.type === 'MemberExpression') {
    // `knex('t').where(..)`: the receiver is what the chain begins with.
    root = unwrap(root.type === 'CallExpression' ? root.callee : root.object);
    if (root.type === 'MemberExpression' && propertyName(root) === undefined) break;
  }
  const text = analysis.source.text.slice(...(root.type === 'Identifier' ? root.range : plain.object.range));
  // `this.connection.getRepository(User).find()` goes through the one connection, too.
  return ONE_LANE.exec(text)?.[0] ?? text;
}

/** What one transaction or connection is usually called, as a member of `this`. */
const ONE_LANE = /^this\s*\.\s*_?(?:connection|conn|transaction|trx|tx|queryRunner|manager)\b/;

/** First word of a camel-case name, lower case: `get` of `getUser`. */
function firstWord(name: string): string {
  return (/^(?:[A-Z]+(?![a-z])|[A-Za-z]?[a-z]*)/.exec(name.replace(/^[$#]+/, ''))?.[0] ?? '').toLowerCase();
}

/** Objects that do one thing at a time, by their usual names. */
const STATEFUL =
  /^(?:this\.)?_?(?:tx|trx|txn|t|transaction|session|conn|connection|client|page|frame|browser|driver|cursor|reader|writer|stream|lock|mutex|iterator|iter|it|rl|res|reply|response|ctx|queryRunner|manager|repl|shell|ssh|sftp|ftp|device|port|socket|ws)$|(?:Transaction|Trx|Tx|Session|Connection|Cursor|Reader|Writer|Stream|Iterator|Page)$/;

/** The same, handed over: `getUser(tx, id)`. Names like `page` or `ctx` mean other things there. */
const LANES = /^(?:tx|trx|txn|transaction|client|conn|connection|queryRunner|cursor|reader|stream)$/;

const READ_VERBS = new Set(
  (
    'get find fetch load list count search lookup select retrieve read stat lstat readdir readlink realpath access exists ' +
    'head describe is has can resolve4 resolve6 json text blob fetchone import'
  ).split(' '),
);

const COMPUTES = /hash|hmac|sha\d|digest|encrypt|decrypt|encode|decode|sign(?!al|ed|in|up|out)/i;

/** Verbs alone, adjectives or nouns before another word: `open()`, but `openShipments()`. */
const AMBIGUOUS = new Set(
  'open next set record log report test form mark process cache store step track print complete merge batch use'.split(
    ' ',
  ),
);

const ORDERED_VERBS = new Set(
  (
    'create insert update upsert delete del remove save write set put post patch push add append commit rollback begin ' +
    'start stop end close open connect disconnect lock unlock acquire release init initialize setup teardown migrate ' +
    'seed flush sync send publish emit notify upload download mkdir mkdtemp rename copy cp move mv unlink rm rmdir exec ' +
    'execute run apply process handle register unregister login logout signin signout click goto type fill press wait ' +
    'sleep delay timeout navigate next step reset clear drop truncate enqueue dequeue pop shift take reply respond ' +
    'render destroy shutdown kill spawn install uninstall build compile generate transform validate verify check assert ' +
    'ensure authenticate authorize authorise auth require use mount attach detach subscribe unsubscribe increment decrement ' +
    'lpush rpush incr decr expire mark record log track report print prompt ask confirm pause resume retry refresh reload ' +
    'revoke grant enable disable activate deactivate cancel abort restore backup dump replace merge swap toggle bulk batch ' +
    'store persist cache invalidate evict chmod chown utimes symlink link then catch finally call invoke dispatch trigger ' +
    'fire schedule queue consume receive accept listen serve tick settle drain finish complete finalize finalise test on ' +
    'once query parse form form_data body do perform make setTimeout advance act try with transaction using'
  ).split(' '),
);
