import { describe, expect, it } from 'vitest';
import {
  editorHome,
  isEditorsOwn,
  listingDetail,
  listingName,
} from '../../../src/extension/record/listing-words.ts';
import type { TargetListing } from '../../../src/session/contract.ts';

const ours = { pid: 7, homes: ['/opt/vscode', ''] };

describe('isEditorsOwn', () => {
  it.each([
    ['the extension host', { pid: 7 }, true],
    ['a language server of VS Code', { commandLine: 'node /opt/vscode/extensions/ts/server.js' }, true],
    ['a Windows path', { commandLine: 'node C:\\opt\\VSCODE\\x.js'.replace('C:', '') }, true],
    ["the user's program", { commandLine: 'node /home/me/server.js' }, false],
  ])('%s', (_, changes, own) => {
    expect(isEditorsOwn(listing(changes), ours)).toBe(own);
  });
});

describe('editorHome', () => {
  it('takes in the server around VS Code', () => {
    expect(editorHome('/opt/code-server/lib/vscode')).toBe('/opt/code-server');
    expect(editorHome('C:\\Code\\resources\\app')).toBe('C:\\Code\\resources\\app');
  });
});

describe('listing words', () => {
  it('name the script, or the beginning of the command', () => {
    expect(listingName(listing({ script: 'C:\\shop\\server.js' }))).toBe('server.js');
    expect(listingName(listing({ script: '', commandLine: `node -e ${'x'.repeat(90)}` }))).toHaveLength(60);
  });

  it('tell only what is known', () => {
    expect(listingDetail(listing({}))).toBe('pid 1');
    const workers = [{ id: '1', name: 'w' }];
    expect(listingDetail(listing({ port: 9229, node: 'v24.1.0', workers }))).toBe(
      'pid 1 · port 9229 · v24.1.0 · 1 worker',
    );
  });
});

function listing(changes: Partial<TargetListing>): TargetListing {
  return {
    pid: 1,
    state: 'activatable',
    script: '/a.js',
    commandLine: 'node /a.js',
    workers: [],
    ...changes,
  };
}
