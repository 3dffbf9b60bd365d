/** Modules whose functions are test frameworks. */
export const TEST_MODULES =
  /^(?:vitest|jest|@jest\/globals|mocha|test|ava|tap|tape|uvu|jasmine|@playwright\/test|bun:test|cypress|qunit|benchmark|tinybench|mitata)(?:\/|$)/;

export const TEST_NAMES: ReadonlySet<string> = new Set(
  'describe it test suite before after beforeEach afterEach beforeAll afterAll bench'.split(' '),
);

/** Modules that make HTTP servers and routers. */
export const HTTP_MODULES: ReadonlySet<string> = new Set(
  (
    'express express-promise-router router fastify koa @koa/router koa-router koa-route connect restify polka hono ' +
    'find-my-way h3 @hapi/hapi hapi @tinyhttp/app itty-router hyper-express uWebSockets.js elysia micro'
  ).split(' '),
);

/** Modules that run functions by the clock. */
export const CRON_MODULES: ReadonlySet<string> = new Set(
  'node-cron cron croner node-schedule toad-scheduler'.split(' '),
);

/** Names of router methods, and how a route says them. */
export const VERBS: ReadonlyMap<string, string> = new Map([
  ...'get post put patch delete head options'.split(' ').map((verb) => [verb, verb.toUpperCase()] as const),
  ['del', 'DELETE'],
  ['all', 'ANY'],
  ['route', 'route'],
  ['use', 'middleware'],
  ['param', 'parameter'],
]);

export const LISTEN_NAMES: ReadonlySet<string> = new Set(
  'on once addListener prependListener addEventListener'.split(' '),
);

/** Events that come once, or when things end: work there does not delay what is being served. */
export const ONCE_EVENTS =
  /^(?:listening|ready|open|close|exit|finish|end|error|online|spawn|disconnect|drain|SIG[A-Z]+)$/;

export const LATER_NAMES: ReadonlySet<string> = new Set(
  'setTimeout setImmediate nextTick queueMicrotask'.split(' '),
);
export const THEN_NAMES: ReadonlySet<string> = new Set('then catch finally'.split(' '));

/** Methods that call the function that they are given before they return. */
export const INLINE_NAMES: ReadonlySet<string> = new Set(
  (
    'map forEach filter reduce reduceRight some every find findIndex findLast findLastIndex flatMap sort toSorted ' +
    'from fromEntries replace replaceAll apply call stringify parse groupBy'
  ).split(' '),
);

/** Decorators of methods that a framework calls, and what it calls them for; the argument is the route or name. */
export const METHOD_DECORATORS: ReadonlyMap<string, 'http-request' | 'event' | 'timer'> = new Map([
  ...'Get Post Put Patch Delete Head Options All Search Sse Query Mutation Subscription ResolveField FieldResolver'
    .split(' ')
    .map((name) => [name, 'http-request'] as const),
  ...'SubscribeMessage MessagePattern EventPattern OnEvent Process OnQueueEvent GrpcMethod RabbitSubscribe'
    .split(' ')
    .map((name) => [name, 'event'] as const),
  ...'Cron Interval'.split(' ').map((name) => [name, 'timer'] as const),
]);

/** Classes whose decorator makes a framework call one method by its name. */
export const CLASS_DECORATORS: ReadonlyMap<string, { method: RegExp; label: string }> = new Map([
  ['Processor', { method: /^process$/, label: 'job of a queue' }],
  ['Catch', { method: /^catch$/, label: 'exception filter' }],
  ['WebSocketGateway', { method: /^handleConnection$/, label: "'connection' event" }],
]);

/** Methods that NestJS calls with every request, in classes that implement these. */
export const REQUEST_INTERFACES: ReadonlyMap<string, string> = new Map([
  ['NestMiddleware', 'use'],
  ['CanActivate', 'canActivate'],
  ['NestInterceptor', 'intercept'],
  ['PipeTransform', 'transform'],
  ['ExceptionFilter', 'catch'],
]);

/** Exports that a framework calls because of where the file stands. */
export const FILE_CONVENTIONS: readonly { path: RegExp; names: RegExp; label: string }[] = [
  { path: /(?:^|\/)pages\/api\/.+\.[cm]?[jt]sx?$/, names: /^default$/, label: 'API route' },
  {
    path: /(?:^|\/)app\/(?:.+\/)?route\.[cm]?[jt]sx?$/,
    names: /^(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/,
    label: 'route handler',
  },
  { path: /(?:^|\/)pages\/.+\.[jt]sx?$/, names: /^getServerSideProps$/, label: 'page' },
  { path: /(?:^|\/)(?:src\/)?middleware\.[jt]s$/, names: /^middleware$/, label: 'middleware' },
  {
    path: /(?:^|\/)(?:app\/)?routes\/.+\.[jt]sx?$|(?:^|\/)app\/root\.[jt]sx$/,
    names: /^(?:loader|action)$/,
    label: 'route',
  },
  {
    path: /(?:^|\/)entry\.server\.[jt]sx?$/,
    names: /^(?:default|handleRequest|handleDataRequest)$/,
    label: 'page',
  },
  {
    path: /(?:^|\/)\+(?:server|page\.server|layout\.server)\.[jt]s$/,
    names: /^(?:GET|POST|PUT|PATCH|DELETE|load)$/,
    label: 'route',
  },
  { path: /(?:^|\/)hooks\.server\.[jt]s$/, names: /^handle$/, label: 'hook' },
  { path: /(?:^|\/)server\/(?:api|routes|middleware)\/.+\.[jt]s$/, names: /^default$/, label: 'API route' },
  {
    path: /(?:^|\/)(?:lambda|lambdas|functions|handlers?|netlify\/functions)(?:\/.+)?\.[cm]?[jt]s$|(?:^|\/)(?:handler|lambda)\.[cm]?[jt]s$/,
    names: /^(?:handler|lambdaHandler)$/,
    label: 'Lambda event',
  },
];
