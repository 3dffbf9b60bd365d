import { describe, expect, test } from 'vitest';
import {
  isNodeExecutable,
  parseCim,
  parseLsof,
  parseNetstat,
  parseProcNet,
  parsePs,
} from '../../../src/inspector/processes.ts';

describe('what the systems tell about processes', () => {
  test('ps: own Node processes, with their arguments', () => {
    const text = [
      '  501     1   501 /usr/local/bin/node --inspect server.js',
      '  502     1   502 node other-users.js',
      '  503   501   501 /bin/zsh -l',
      '',
    ].join('\n');
    expect(parsePs(text, 501)).toEqual([
      { pid: 501, parent: 1, argv: ['/usr/local/bin/node', '--inspect', 'server.js'] },
    ]);
    expect(parsePs(text, 0)).toHaveLength(2);
  });

  test('Windows CIM: one object or an array, quoted paths', () => {
    const one = {
      ProcessId: 7,
      ParentProcessId: 3,
      ExecutablePath: String.raw`C:\Program Files\nodejs\node.exe`,
      CommandLine: String.raw`"C:\Program Files\nodejs\node.exe" --inspect=9230 "C:\my app\server.js"`,
    };
    const expected = {
      pid: 7,
      parent: 3,
      executable: one.ExecutablePath,
      argv: [one.ExecutablePath, '--inspect=9230', String.raw`C:\my app\server.js`],
    };
    expect(parseCim(JSON.stringify(one))).toEqual([expected]);
    const noPath = { ProcessId: 8, ParentProcessId: 3, ExecutablePath: null, CommandLine: null };
    expect(parseCim(JSON.stringify([one, noPath]))).toEqual([expected]);
    expect(parseCim('  ')).toEqual([]);
  });

  test('listening ports: /proc/net, netstat, lsof', () => {
    const proc = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:240D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1',
      '   1: 0100007F:240E 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4343 1',
      '   2: 0100007F:240D 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 4242 1',
    ].join('\n');
    expect(parseProcNet(proc, new Set(['4242']))).toEqual([9229]);

    const netstat = [
      '  TCP    127.0.0.1:9229         0.0.0.0:0              LISTENING       77',
      '  TCP    [::1]:9230             [::]:0                 LISTENING       77',
      '  TCP    127.0.0.1:9231         0.0.0.0:0              LISTENING       78',
      '  TCP    127.0.0.1:9229         127.0.0.1:50000        ESTABLISHED     77',
    ].join('\r\n');
    expect(parseNetstat(netstat, 77)).toEqual([9229, 9230]);

    expect(parseLsof('p77\nf12\nn127.0.0.1:9229\nf13\nn*:3000\n')).toEqual([9229, 3000]);
  });

  test('which programs are Node', () => {
    for (const name of ['/usr/bin/node', 'nodejs', 'node20', 'node-v22.1.0', String.raw`C:\n\node.exe`]) {
      expect(isNodeExecutable(name), name).toBe(true);
    }
    for (const name of ['/usr/bin/nodemon', 'python3', 'node_exporter', '']) {
      expect(isNodeExecutable(name), name).toBe(false);
    }
  });
});
