import fs from 'node:fs/promises';
import path from 'node:path';
import { Option } from 'commander';
import { UserError } from '../../base/user-error.ts';
import type { RecordingReader } from '../../recording/contract.ts';
import { clean } from '../../report/clean.ts';
import { cpuProfileJson } from '../../report/cpuprofile.ts';
import { otlpJson } from '../../report/otlp/file.ts';
import { speedscopeJson } from '../../report/speedscope.ts';
import { traceEventJson } from '../../report/trace-event.ts';
import { exitOf } from '../exit.ts';
import { refuseCommand, type CommandParts, type CommonOptions } from './shared.ts';

const FORMATS = ['perfetto', 'cpuprofile', 'speedscope', 'otlp'] as const;

interface ExportCommandOptions extends CommonOptions {
  to: (typeof FORMATS)[number];
  out: string;
}

/** `looplens export FILE --to FORMAT --out FILE` */
export function addExport(parts: CommandParts): void {
  const { program, face, jobs, answer } = parts;
  program
    .command('export')
    .description("write a recording in another tool's format")
    .argument('<file>', 'the recording, a .looplens file')
    .addOption(new Option('--to <format>', 'the format').choices(FORMATS).makeOptionMandatory())
    .requiredOption('-o, --out <file>', 'the file to write')
    .addHelpText('after', HELP)
    .action(async (file: string, { to, out, quiet }: ExportCommandOptions) => {
      refuseCommand(parts, 'export');
      const recording = path.resolve(face.cwd, file);
      const reader = await jobs.openRecording(recording);
      const target = path.resolve(face.cwd, out);
      if (to === 'otlp') {
        const { value } = await jobs.analyzeFile(recording, {});
        await write(target, otlpJson(reader, value));
      } else await write(target, partsOf(reader, to, file));
      if (!quiet) {
        for (const { message } of reader.problems) face.stderr.write(`Note: ${clean(message)}\n`);
        face.stderr.write(`Written to ${target}\n`);
      }
      answer.code = exitOf([], reader.problems);
    });
}

const HELP = `
Formats:
  perfetto     executions, requests, garbage collection and loop delay over time; open it in ui.perfetto.dev
  cpuprofile   the CPU profile with your sources; open it in VS Code, Chrome's developer tools or speedscope
  speedscope   the CPU profiles of all threads with your sources; open it in speedscope
  otlp         OpenTelemetry's JSON: requests, their waits and holds as spans, loop metrics, findings as log records

Example:
  looplens export shop.looplens --to perfetto --out shop.json`;

function partsOf(
  reader: RecordingReader,
  to: Exclude<ExportCommandOptions['to'], 'otlp'>,
  file: string,
): Iterable<string> {
  if (to === 'perfetto') return traceEventJson(reader);
  const profile = to === 'speedscope' ? speedscopeJson(reader) : cpuProfileJson(reader);
  if (profile !== undefined) return [profile];
  throw new UserError(
    'usage',
    `The recording ${file} holds no CPU profile.`,
    'Export it --to perfetto, or record again.',
  );
}

async function write(file: string, parts: Iterable<string>): Promise<void> {
  try {
    await fs.writeFile(file, parts);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('usage', `${file} cannot be written: ${reason}.`, 'Choose another --out.', {
      cause: error,
    });
  }
}
