import type { CallShape, EntryPoint } from './file-index.ts';
import {
  CRON_MODULES,
  HTTP_MODULES,
  INLINE_NAMES,
  LATER_NAMES,
  LISTEN_NAMES,
  ONCE_EVENTS,
  TEST_MODULES,
  TEST_NAMES,
  THEN_NAMES,
  VERBS,
} from './frameworks.ts';

/** What a call does with a function that it is given. */
export type CallbackRole =
  /** The loop calls it again and again while the program serves: a request handler, a listener, a repeated timer. */
  | ({ kind: 'entry' } & EntryPoint)
  /** It runs as part of the caller, now or once later. */
  | { kind: 'inline'; step: 'call' | 'then' | 'timer' | 'event' }
  /** As part of the caller, and its first parameter is the object that it was given to: `app.register(plugin)`. */
  | { kind: 'plugin' }
  /** It runs when the process ends, or in a test. */
  | { kind: 'aside' }
  /** It is put away, and runs for somebody else: `handlers.set('save', handler)`. */
  | { kind: 'kept' }
  /** Not known; it may run as part of the caller. */
  | { kind: 'unknown' };

/** Where the called function comes from: a package, and the way from its exports. Undefined for what is not known. */
export interface CalledApi {
  /** Without `node:`; `(global)` for globals. */
  module: string;
  /** Names, and `()` for calls: `express()`'s `get` is `['()', 'get']`. */
  path: readonly string[];
}

/**
 * Tells what becomes of a function passed to a call.
 * @param keys names of properties, outermost first, when the function stands in an object literal among the arguments
 */
export function roleOf(shape: CallShape, api: CalledApi | undefined, keys: readonly string[]): CallbackRole {
  const known = api && api.module !== '(global)' ? api : undefined;
  if (keys.length > 0) return optionRole(shape, known, keys);
  const { name, how, receiver } = shape;
  const own = known && moduleRole(shape, known);
  if (own) return own;
  if (TEST_NAMES.has(name) && (!known || TEST_MODULES.test(known.module))) return { kind: 'aside' };
  if (how === 'method') {
    const role = listenerRole(shape) ?? routeByLook(shape);
    if (role) return role;
  }
  if (name === 'setInterval' || (name === 'schedule' && receiver === 'cron')) {
    return { kind: 'entry', step: 'timer', label: intervalLabel(shape) };
  }
  if (LATER_NAMES.has(name)) {
    return shape.again
      ? { kind: 'entry', step: 'timer', label: 'repeated timer' }
      : { kind: 'inline', step: 'timer' };
  }
  if (THEN_NAMES.has(name)) return { kind: 'inline', step: 'then' };
  if (INLINE_NAMES.has(name) || (how === 'new' && name === 'Promise'))
    return { kind: 'inline', step: 'call' };
  if (how === 'method' && !known && keeps(name, receiver)) return { kind: 'kept' };
  // Callbacks of Node's own functions run once, when the operation is done.
  if (known && CORE_CALLBACK_MODULES.test(known.module)) return { kind: 'inline', step: 'event' };
  return { kind: 'unknown' };
}

function moduleRole(shape: CallShape, { module, path }: CalledApi): CallbackRole | undefined {
  const { name, texts } = shape;
  if (/^https?2?$/.test(module) && /^create(?:Secure)?Server$/.test(name)) return request('HTTP request');
  if (module === 'net' || module === 'tls') {
    if (/^create(?:Secure)?Server$/.test(name)) return event("'connection' event");
  }
  if (HTTP_MODULES.has(module)) {
    const role = serverRole(shape, path);
    if (role) return role;
  }
  if (module === 'bullmq' && name === 'Worker') return event(`job of queue ${quoted(texts[0])}`);
  if (/^(?:bull|bee-queue|kue)$/.test(module) && name === 'process') return event('job of a queue');
  if (/^(?:amqplib|amqplib\/callback_api|amqp-connection-manager)$/.test(module)) {
    if (name === 'consume') return event(`message of queue ${quoted(texts[0])}`);
    if (path.includes('()')) return { kind: 'inline', step: 'event' };
  }
  if (module === 'mqtt' && name === 'on') return event(`${quoted(texts[0])} event`);
  if (/^(?:nats|redis|ioredis)$/.test(module) && /^[ps]?subscribe$/i.test(name)) return event('message');
  if (CRON_MODULES.has(module) && /^(?:schedule|scheduleJob|CronJob|Cron|job|from)$/.test(name)) {
    return { kind: 'entry', step: 'timer', label: 'scheduled job' };
  }
  if (/^(?:h3|nitropack\/runtime|#imports)$/.test(module) && /^(?:defineE|e)ventHandler$/.test(name))
    return request('event handler');
  if (/^(?:@aws-lambda-powertools|middy|@middy\/core)/.test(module)) return request('Lambda event');
  if (/^firebase-functions/.test(module)) return event('function event');
  return undefined;
}

/** Servers and routers: `app.get('/x', handler)`, hooks, plugins. */
function serverRole(shape: CallShape, path: readonly string[]): CallbackRole | undefined {
  const { name, texts } = shape;
  if (!path.includes('()')) return undefined;
  if (name === 'use' && shape.receiver !== 'server') return request(routeLabel(shape));
  if (VERBS.has(name)) return request(routeLabel(shape));
  if (name === 'addHook' || name === 'ext' || name === 'hook') {
    const hook = texts[0] ?? '';
    return /^on(?:Close|Ready|Register|Listen|Route|PreStart|PostStart|PreStop|PostStop)$/.test(hook)
      ? { kind: 'inline', step: 'event' }
      : request(`hook ${hook}`.trim());
  }
  if (/^(?:setErrorHandler|setNotFoundHandler|addContentTypeParser|onError|notFound)$/.test(name))
    return request(name);
  if (name === 'register') return { kind: 'plugin' };
  if (/^(?:after|ready|listen|decorate\w*|close)$/.test(name)) return { kind: 'inline', step: 'call' };
  return undefined;
}

/** A function in an object literal: `route({ handler })`, `new Transform({ transform })`, `serve({ fetch })`. */
function optionRole(shape: CallShape, api: CalledApi | undefined, keys: readonly string[]): CallbackRole {
  const { name, how } = shape;
  const key = keys.at(-1)!;
  if (isResolverMap(name, keys))
    return request(`GraphQL ${keys.slice(keys.indexOf('resolvers') + 1).join('.')}`);
  if (key === 'handler' && (name === 'route' || keys.includes('options') || keys.includes('config')))
    return request(routeLabel(shape));
  const isServer = api !== undefined && HTTP_MODULES.has(api.module);
  if (
    isServer &&
    /^(?:handler|preHandler|onRequest|preValidation|preSerialization|preParsing|onSend)$/.test(key)
  )
    return request(routeLabel(shape));
  if (how === 'new' && /^(?:Transform|Readable|Writable|Duplex)$/.test(name)) {
    return /^(?:transform|read|write|writev)$/.test(key) ? event('stream chunk') : { kind: 'unknown' };
  }
  if (/^each(?:Message|Batch)$/.test(key)) return event('message');
  if (name === 'serve' && key === 'fetch') return request('HTTP request');
  return { kind: 'unknown' };
}

/** `new ApolloServer({ resolvers })`, `makeExecutableSchema({ resolvers })`: type, then field. */
const isResolverMap = (name: string, keys: readonly string[]): boolean =>
  keys[0] === 'resolvers' &&
  keys.length >= 3 &&
  /^(?:ApolloServer|GraphQLServer|makeExecutableSchema|createSchema|createYoga|register|mercurius)$/.test(
    name,
  );

/** Routers that come from elsewhere, by the shape of the call: `router.get('/path', handler)`. */
function routeByLook(shape: CallShape): CallbackRole | undefined {
  if (!VERBS.has(shape.name)) return undefined;
  if (shape.handles) return request(routeLabel(shape));
  if (shape.texts.length < 2) return undefined;
  if (!/^(?:app|api|server|fastify|instance|\w*[rR]outer|\w*[rR]outes?)$/.test(shape.receiver))
    return undefined;
  return /^[/*]/.test(shape.texts[0] ?? '') ? request(routeLabel(shape)) : undefined;
}

function listenerRole({ name, receiver, texts, functions }: CallShape): CallbackRole | undefined {
  const type = texts[0];
  // The names of signals come from lists: `for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, end)`.
  if (LISTEN_NAMES.has(name) && receiver === 'process' && type === null) return { kind: 'aside' };
  if (!LISTEN_NAMES.has(name) || typeof type !== 'string' || functions === 0) return undefined;
  if (receiver === 'process' && type !== 'message') return { kind: 'aside' };
  // What a person or a pipe feeds to a command.
  if (receiver === 'stdin') return { kind: 'inline', step: 'event' };
  if (name === 'once' || ONCE_EVENTS.test(type)) return { kind: 'inline', step: 'event' };
  if (type === 'request') return request('HTTP request');
  // What the parent process says, mostly once: start, reload, stop.
  if (receiver === 'process') return event("process 'message' event");
  return event(`'${type}' event`);
}

/** The label of a route: `GET /orders/:id`. */
function routeLabel({ name, texts, route, options }: CallShape): string {
  const isObject = options?.['method'] !== undefined || options?.['url'] !== undefined;
  const verb = isObject ? (options['method'] ?? name) : name;
  const path = route ?? options?.['url'] ?? options?.['path'] ?? texts[0];
  const method = VERBS.get(verb.toLowerCase()) ?? verb.toUpperCase();
  return typeof path === 'string' && /^[/*]/.test(path) ? `${method} ${path}` : method;
}

function intervalLabel({ texts }: CallShape): string {
  const every = texts[1];
  return typeof every === 'string' && /^[\d_.e]+$/i.test(every) ? `every ${every} ms` : 'repeated timer';
}

const quoted = (text: string | null | undefined): string =>
  typeof text === 'string' ? `'${text}'` : '(computed)';

const request = (label: string): CallbackRole => ({ kind: 'entry', step: 'http-request', label });
const event = (label: string): CallbackRole => ({ kind: 'entry', step: 'event', label });

/** Methods of collections and registries keep what they are given; queues and pools run it soon. */
const keeps = (name: string, receiver: string): boolean =>
  /^(?:set|register[A-Z]\w*)$/.test(name) ||
  (/^(?:add|push|unshift)$/.test(name) && !/queue|tasks?|jobs?|limit|pool/i.test(receiver));

const CORE_CALLBACK_MODULES =
  /^(?:fs|child_process|crypto|zlib|dns|util|stream|readline|timers|async_hooks|fs-extra|graceful-fs)(?:\/|$)/;
