import { expect, test } from 'vitest';
import { readProcessLine } from '../../../src/inspector/command-line.ts';

test.each<[string, Partial<ReturnType<typeof readProcessLine>>]>([
  ['server.js --inspect', { script: 'server.js', inspecting: false, inspectPort: 9229 }],
  [
    '--inspect server.js',
    { script: 'server.js', inspecting: true, inspectPort: 9229, inspectHost: '127.0.0.1' },
  ],
  ['--inspect=0 a.js', { script: 'a.js', inspecting: true, inspectPort: 0 }],
  ['--inspect=0.0.0.0:9300 a.js', { inspecting: true, inspectPort: 9300, inspectHost: '0.0.0.0' }],
  ['--inspect=[::1]:9300 a.js', { inspectPort: 9300, inspectHost: '::1' }],
  ['--inspect-port=9400 a.js', { script: 'a.js', inspecting: false, inspectPort: 9400 }],
  ['--inspect-port 9400 a.js', { script: 'a.js', inspecting: false, inspectPort: 9400 }],
  ['-r ./hook.js --import ./b.mjs a.js b.js', { script: 'a.js' }],
  ['-e setTimeout(1) a.js', { script: '' }],
  ['', { script: '', inspecting: false }],
])('node %s', (args, expected) => {
  expect(readProcessLine({ argv: args === '' ? ['node'] : ['node', ...args.split(' ')] })).toMatchObject(
    expected,
  );
});

test.each<[string, string, Partial<ReturnType<typeof readProcessLine>>]>([
  ['--inspect-port=0', 'server.js', { script: 'server.js', inspecting: false, inspectPort: 0 }],
  ['--require "/a b/hook.js" --inspect=9300', 'server.js', { inspecting: true, inspectPort: 9300 }],
  ['--inspect-port=0', '--inspect-port=9400 a.js', { script: 'a.js', inspectPort: 9400 }],
  ['', 'a.js', { script: 'a.js', inspectPort: 9229 }],
])('NODE_OPTIONS=%s node %s', (options, args, expected) => {
  expect(readProcessLine({ argv: ['node', ...args.split(' ')], options })).toMatchObject(expected);
});
