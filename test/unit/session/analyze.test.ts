import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Op } from '../../../src/model/event.ts';
import type { FrameId, StackId } from '../../../src/model/ids.ts';
import type { RecordingHeader } from '../../../src/model/recording.ts';
import { createRecordingFile } from '../../../src/recording/write.ts';
import { openRecording } from '../../../src/recording/read.ts';
import { analyzeFile } from '../../../src/session/analyze.ts';
import { keepingSources } from '../../../src/session/record-sources.ts';
import { HEADER, TABLES, temporaryFile, TRAILER } from '../recording/sample.ts';

/** A program in which line 2 made a rejection that nobody handled, recorded for a second from `startedAt` on. */
async function rejected(startedAt: number): Promise<{ recording: string; source: string }> {
  const recording = temporaryFile();
  const source = path.join(path.dirname(recording), 'app.js');
  fs.writeFileSync(source, "async function f() {\r\n  throw new Error('x');\r\n}\r\nf();\r\n");
  const header: RecordingHeader = { ...HEADER, startedAt };
  const writer = createRecordingFile(recording, header);
  const frame = { file: source, line: 2, column: 9, function: 'f', owner: 'own' as const };
  writer.tables({ ...TABLES, frames: [TABLES.frames[0]!, frame], stacks: [[], [1 as FrameId]] });
  writer.events({ thread: 'main', words: Int32Array.of(Op.Heartbeat, 100, 20_000, 19_000) });
  writer.rejection({ timeUs: 500_000, reason: 'Error: x', stack: 1 as StackId, fatal: false });
  await writer.end(TRAILER);
  return { recording, source };
}

test('a finding tells the text of its line', async () => {
  const { recording, source } = await rejected(Date.now());
  const { value, problems } = await analyzeFile(recording, {});
  const finding = value.findings.find(({ rule }) => rule === 'unhandled-rejection');
  expect(finding).toMatchObject({ location: { file: source, line: 2 }, lineText: "  throw new Error('x');" });
  expect(problems.map(({ code }) => code)).not.toContain('source-changed');
});

test('a source that was edited since is named and not consulted', async () => {
  const { recording, source } = await rejected(Date.now() - 60_000);
  const { value, problems } = await analyzeFile(recording, {});
  expect(value.findings[0]?.lineText).toBeUndefined();
  expect(problems.find(({ code }) => code === 'source-changed')?.message).toContain(source);
});

test('a recording that was cut off is analysed, and says so once', async () => {
  const { recording } = await rejected(Date.now());
  fs.truncateSync(recording, fs.statSync(recording).size - 3);
  const { value, problems } = await analyzeFile(recording, {});
  expect(value.findings.map(({ rule }) => rule)).toContain('unhandled-rejection');
  expect(problems.filter(({ code }) => code === 'file-truncated')).toHaveLength(1);
});

test('an aborted analysis rejects with the reason', async () => {
  const { recording } = await rejected(Date.now());
  const reason = new Error('enough');
  await expect(analyzeFile(recording, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('a recording keeps the lines that its frames name, and finds them after the source was edited', async () => {
  const recording = temporaryFile();
  const source = path.join(path.dirname(recording), 'app.js');
  fs.writeFileSync(source, "async function f() {\n  throw new Error('x');\n}\nf();\n");
  const header: RecordingHeader = { ...HEADER, startedAt: Date.now() + 1000 };
  const writer = keepingSources(createRecordingFile(recording, header), header);
  const frame = { file: source, line: 2, column: 9, function: 'f', owner: 'own' as const };
  const gone = { ...frame, file: path.join(path.dirname(recording), 'gone.js') };
  writer.tables({ ...TABLES, frames: [TABLES.frames[0]!, frame, gone], stacks: [[], [1 as FrameId]] });
  writer.events({ thread: 'main', words: Int32Array.of(Op.Heartbeat, 100, 20_000, 19_000) });
  writer.rejection({ timeUs: 500_000, reason: 'Error: x', stack: 1 as StackId, fatal: false });
  await writer.end(TRAILER);
  expect(openRecording(recording).notes).toContainEqual({
    kind: 'sources',
    thread: 'main',
    timeUs: TRAILER.durationUs,
    files: [{ file: source, lines: [2], texts: ["  throw new Error('x');"] }],
  });
  fs.writeFileSync(source, '// edited\n');
  fs.utimesSync(source, new Date(), new Date(Date.now() + 3_600_000));
  const { value } = await analyzeFile(recording, {});
  expect(value.findings.find(({ rule }) => rule === 'unhandled-rejection')?.lineText).toBe(
    "  throw new Error('x');",
  );
});
