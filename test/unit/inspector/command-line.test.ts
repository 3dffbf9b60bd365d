import { expect, test } from 'vitest';
import { readCommandLine } from '../../../src/inspector/command-line.ts';

test.each<[string, Partial<ReturnType<typeof readCommandLine>>]>([
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
  expect(readCommandLine(args === '' ? [] : args.split(' '))).toMatchObject(expected);
});
