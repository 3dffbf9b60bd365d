import type { TSESTree } from '@typescript-eslint/utils';
import type { Call, Node } from './ast.ts';
import { isFunction, lastName, propertyName, staticString, unwrap } from './ast.ts';
import type { Bindings } from './bindings.ts';
import { GLOBAL } from './bindings.ts';

/** What a call does with a function that it is given. */
export type CallbackRole =
  /** The loop calls it again and again while the program serves: a request handler, a listener, a repeated timer. */
  | { kind: 'entry'; step: 'http-request' | 'event' | 'timer'; label: string }
  /** It runs as part of the caller, now or once later. */
  | { kind: 'inline'; step: 'call' | 'then' | 'timer' | 'event' }
  /** It runs when the process ends, or in a test. */
  | { kind: 'aside' }
  /** Not known; it may run as part of the caller. */
  | { kind: 'unknown' };

/**
 * Tells what becomes of a function passed to a call.
 * @param key name of the property when the function stands in an object literal among the arguments
 */
export function callbackRole(call: Call, key: string | undefined, bindings: Bindings): CallbackRole {
  const api = bindings.resolve(call.callee);
  const name = lastName(call.callee) ?? '';
  if (key !== undefined) return optionRole(call, key, name, api?.module);
  if (api && api.module !== GLOBAL) {
    const entry = moduleRole(call, api.module, api.path, name);
    if (entry) return entry;
  }
  if (isIn(TEST_NAMES, name) && isGlobalOrTestModule(api?.module)) return { kind: 'aside' };
  if (call.callee.type === 'MemberExpression') {
    const listener = listenerRole(call, name, lastName(call.callee.object) ?? '');
    if (listener) return listener;
    const route = looksLikeRoute(call, call.callee, name);
    if (route) return route;
  }
  if (name === 'setInterval') return { kind: 'entry', step: 'timer', label: intervalLabel(call) };
  if (isIn(LATER_NAMES, name)) return { kind: 'inline', step: 'timer' };
  if (isIn(THEN_NAMES, name)) return { kind: 'inline', step: 'then' };
  if (isIn(INLINE_NAMES, name) || (call.type === 'NewExpression' && name === 'Promise')) {
    return { kind: 'inline', step: 'call' };
  }
  // Callbacks of Node's own functions run once, when the operation is done.
  if (api && CORE_CALLBACK_MODULES.test(api.module)) return { kind: 'inline', step: 'event' };
  return { kind: 'unknown' };
}

/** The label of a route: `GET /orders/:id`. */
function routeLabel(verb: string, path: Node | undefined): string {
  const text = staticString(path) ?? (path?.type === 'Literal' ? path.raw : undefined);
  const method = VERBS.get(verb) ?? verb.toUpperCase();
  return text !== undefined && /^[/*]/.test(text) ? `${method} ${text}` : method;
}

function moduleRole(call: Call, module: string, path: string[], name: string): CallbackRole | undefined {
  if (/^https?2?$/.test(module) && /^create(?:Secure)?Server$/.test(name)) return request('HTTP request');
  if (isIn(HTTP_MODULES, module) && path.includes('()')) {
    const first = call.arguments[0];
    if (VERBS.has(name)) {
      const routed = routeCall(call.callee);
      return request(routeLabel(name, routed ?? first));
    }
    if (name === 'addHook') {
      const hook = staticString(first) ?? '';
      return /^on(?:Close|Ready|Register|Listen|Route)$/.test(hook)
        ? { kind: 'inline', step: 'event' }
        : request(`hook ${hook}`);
    }
    if (/^(?:setErrorHandler|setNotFoundHandler|addContentTypeParser)$/.test(name)) return request(name);
    if (/^(?:register|after|ready|listen|decorate)$/.test(name)) return { kind: 'inline', step: 'call' };
  }
  if (module === 'bullmq' && name === 'Worker') return event(`job of queue ${quoted(call.arguments[0])}`);
  if (module === 'amqplib' && name === 'consume')
    return event(`message of queue ${quoted(call.arguments[0])}`);
  if (isIn(CRON_MODULES, module) && /^(?:schedule|scheduleJob|CronJob|Cron|job|from)$/.test(name)) {
    return { kind: 'entry', step: 'timer', label: 'scheduled job' };
  }
  return undefined;
}

/** `app.route('/x').get(handler)`: the path stands in the call below. */
function routeCall(callee: Node): Node | undefined {
  for (let at = unwrap(callee); at.type === 'MemberExpression' || at.type === 'CallExpression';) {
    if (at.type === 'CallExpression' && lastName(at.callee) === 'route') return at.arguments[0];
    at = unwrap(at.type === 'CallExpression' ? at.callee : at.object);
  }
  return undefined;
}

/** A function in an object literal: `route({ handler })`, `new Transform({ transform })`, `serve({ fetch })`. */
function optionRole(call: Call, key: string, name: string, module: string | undefined): CallbackRole {
  if (key === 'handler' && name === 'route') {
    const options = call.arguments.find((argument) => argument.type === 'ObjectExpression');
    return request(routeLabel(propertyText(options, 'method') ?? 'route', propertyNode(options, 'url')));
  }
  if (
    module &&
    isIn(HTTP_MODULES, module) &&
    /^(?:handler|preHandler|onRequest|preValidation|onSend)$/.test(key)
  ) {
    return request(routeLabel(name, call.arguments[0]));
  }
  if (call.type === 'NewExpression' && /^(?:Transform|Readable|Writable|Duplex)$/.test(name)) {
    return /^(?:transform|read|write|writev)$/.test(key) ? event('stream chunk') : { kind: 'unknown' };
  }
  if (/^(?:eachMessage|eachBatch)$/.test(key)) return event('message');
  return { kind: 'unknown' };
}

/** Routers that come from elsewhere, by the shape of the call: `router.get('/path', handler)`. */
function looksLikeRoute(
  call: Call,
  callee: TSESTree.MemberExpression,
  name: string,
): CallbackRole | undefined {
  if (!VERBS.has(name) || call.arguments.length < 2) return undefined;
  if (
    !/^(?:app|api|server|fastify|instance|\w*[rR]outer|\w*[rR]outes?)$/.test(lastName(callee.object) ?? '')
  ) {
    return undefined;
  }
  const path = staticString(call.arguments[0]);
  return path !== undefined && /^[/*]/.test(path) ? request(routeLabel(name, call.arguments[0])) : undefined;
}

function listenerRole(call: Call, name: string, receiver: string): CallbackRole | undefined {
  if (!isIn(LISTEN_NAMES, name)) return undefined;
  const type = staticString(call.arguments[0]);
  if (type === undefined || !call.arguments.slice(1).some(mayBeFunction)) return undefined;
  if (receiver === 'process' && type !== 'message') return { kind: 'aside' };
  // What a person or a pipe feeds to a command.
  if (receiver === 'stdin') return { kind: 'inline', step: 'event' };
  if (name === 'once' || ONCE_EVENTS.test(type)) return { kind: 'inline', step: 'event' };
  if (type === 'request') return request('HTTP request');
  return event(`'${type}' event`);
}

const mayBeFunction = (node: Node): boolean =>
  isFunction(node) || ['Identifier', 'MemberExpression', 'CallExpression'].includes(node.type);

const request = (label: string): CallbackRole => ({ kind: 'entry', step: 'http-request', label });
const event = (label: string): CallbackRole => ({ kind: 'entry', step: 'event', label });

function intervalLabel(call: Call): string {
  const every = call.arguments[1];
  return every?.type === 'Literal' ? `every ${every.raw} ms` : 'repeated timer';
}

function quoted(node: Node | undefined): string {
  const text = staticString(node);
  return text === undefined ? '(computed)' : `'${text}'`;
}

function propertyNode(object: Node | undefined, name: string): Node | undefined {
  if (object?.type !== 'ObjectExpression') return undefined;
  for (const property of object.properties) {
    if (property.type === 'Property' && propertyName(property) === name) return property.value;
  }
  return undefined;
}

const propertyText = (object: Node | undefined, name: string): string | undefined =>
  staticString(propertyNode(object, name));

const isGlobalOrTestModule = (module: string | undefined): boolean =>
  module === undefined || module === GLOBAL || TEST_MODULES.test(module);

const isIn = (names: ReadonlySet<string>, name: string): boolean => names.has(name);

/** Modules whose functions are test frameworks. */
export const TEST_MODULES =
  /^(?:vitest|jest|@jest\/globals|mocha|test|ava|tap|tape|uvu|jasmine|@playwright\/test|bun:test|cypress|qunit|benchmark|tinybench|mitata)(?:\/|$)/;

const TEST_NAMES = new Set(
  'describe it test suite before after beforeEach afterEach beforeAll afterAll bench'.split(' '),
);
const HTTP_MODULES = new Set(
  (
    'express express-promise-router router fastify koa @koa/router koa-router koa-route connect restify polka hono ' +
    'find-my-way h3 @hapi/hapi hapi'
  ).split(' '),
);
const CRON_MODULES = new Set('node-cron cron croner node-schedule'.split(' '));
const VERBS = new Map([
  ...'get post put patch delete head options'.split(' ').map((verb) => [verb, verb.toUpperCase()] as const),
  ['del', 'DELETE'],
  ['all', 'ANY'],
  ['use', 'middleware'],
  ['param', 'parameter'],
]);
const LISTEN_NAMES = new Set('on once addListener prependListener'.split(' '));
/** Events that come once, or when things end: work there does not delay what is being served. */
const ONCE_EVENTS =
  /^(?:listening|ready|open|close|exit|finish|end|error|online|spawn|disconnect|drain|SIG[A-Z]+)$/;
const LATER_NAMES = new Set('setTimeout setImmediate nextTick queueMicrotask'.split(' '));
const THEN_NAMES = new Set('then catch finally'.split(' '));
const INLINE_NAMES = new Set(
  (
    'map forEach filter reduce reduceRight some every find findIndex findLast findLastIndex flatMap sort toSorted ' +
    'from fromEntries replace replaceAll apply call stringify parse groupBy'
  ).split(' '),
);
const CORE_CALLBACK_MODULES =
  /^(?:fs|child_process|crypto|zlib|dns|util|stream|readline|timers|async_hooks|fs-extra|graceful-fs)(?:\/|$)/;
