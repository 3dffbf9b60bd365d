// The law of imports (src/README.md): an allow-list; what is not written is forbidden.
const rooms = {
  base: [],
  model: ['base'],
  recording: ['base', 'model'],
  agent: ['model'],
  inspector: ['base', 'model', 'agent'],
  recorder: ['base', 'model', 'recording', 'inspector/ports'],
  tasks: ['base', 'model', 'inspector/ports', 'inspector/heap-port'],
  analysis: ['base', 'model', 'recording'],
  lint: ['base', 'model'],
  report: ['base', 'model', 'recording'],
  debug: ['base', 'model', 'inspector', 'tasks'],
  session: ['base', 'model', 'recording', 'inspector', 'recorder', 'tasks', 'analysis', 'lint', 'report'],
  webview: ['base', 'model'],
  cli: [
    'base',
    'model',
    'recording',
    'inspector',
    'recorder',
    'tasks',
    'analysis',
    'lint',
    'report',
    'session',
  ],
  extension: [
    'base',
    'model',
    'recording',
    'inspector',
    'recorder',
    'tasks',
    'analysis',
    'lint',
    'report',
    'session',
  ],
};

/** Third-party packages, each in one room only. */
const packages = {
  inspector: ['chrome-remote-interface', 'devtools-protocol', '@jridgewell/trace-mapping'],
  recorder: [],
  recording: [],
  lint: [
    '@babel/parser',
    '@typescript-eslint/.*',
    'enhanced-resolve',
    'eslint',
    'recheck',
    'scslre',
    'refa',
    'typescript',
  ],
  report: [],
  session: ['ignore'],
  debug: ['@vscode/debugadapter', '@vscode/debugprotocol'],
  cli: ['commander'],
  webview: ['preact'],
  extension: ['vscode'],
};

/** Rooms that may use Node's built-in modules, and which. */
const core = {
  base: '^$',
  model: '^$',
  analysis: '^$',
  report: '^$',
  webview: '^$',
  recording: '^(node:)?(zlib|stream.*|fs.*|path)$',
  recorder: '^$',
  tasks: '^$',
  lint: '^(node:)?(worker_threads|path|url|fs.*)$',
};

const escape = (s) => s.replaceAll('/', '\\/');
const forbidden = Object.entries(rooms).flatMap(([room, allowed]) => [
  {
    name: `law-of-imports-${room}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: {
      path: '^src/',
      pathNot: [room, ...allowed].map((r) => `^src/${escape(r)}(/|\\.ts$)`).join('|'),
    },
  },
  {
    name: `third-party-${room}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'],
      pathNot: [...(packages[room] ?? []), '@types/node', 'devtools-protocol']
        .map((p) => `(^|node_modules/)${p}(/|$)|@types/${p}/`)
        .join('|'),
    },
  },
  ...(core[room]
    ? [
        {
          name: `built-ins-${room}`,
          severity: 'error',
          from: { path: `^src/${room}/` },
          to: { dependencyTypes: ['core'], pathNot: core[room] },
        },
      ]
    : []),
]);

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples)/' },
    },
    ...forbidden,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'] },
  },
};
