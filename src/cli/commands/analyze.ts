import path from 'node:path';
import type { Report } from '../../model/finding.ts';
import type { Outcome } from '../../model/problem.ts';
import { reportJson } from '../../report/json.ts';
import { reportMarkdown } from '../../report/markdown.ts';
import { reportText } from '../../report/text.ts';
import { exitOf } from '../exit.ts';
import type { Face } from '../face.ts';
import {
  failOnOption,
  formatOption,
  logOf,
  refuseCommand,
  type CommandParts,
  type CommonOptions,
  type FailOnOptions,
} from './shared.ts';

/** Formats of a report. */
export type ReportFormat = 'text' | 'json' | 'markdown';

interface AnalyzeCommandOptions extends CommonOptions, FailOnOptions {
  format: ReportFormat;
}

/** `looplens analyze FILE` */
export function addAnalyze(parts: CommandParts): void {
  const { program, face, jobs, answer } = parts;
  program
    .command('analyze')
    .description('print the findings of a recording')
    .argument('<file>', 'the recording, a .looplens file')
    .addOption(formatOption(['text', 'json', 'markdown']))
    .addOption(failOnOption())
    .addHelpText('after', HELP)
    .action(async (file: string, options: AnalyzeCommandOptions) => {
      refuseCommand(parts, 'analyze');
      const log = logOf(options, (text) => face.stderr.write(text));
      const outcome = await jobs.analyzeFile(path.resolve(face.cwd, file), { log });
      face.stdout.write(formatReport(outcome, options.format, face));
      answer.code = exitOf(outcome.value.findings, outcome.problems, options.failOn);
    });
}

/** A report with its problems in one of the formats. */
export function formatReport({ value, problems }: Outcome<Report>, format: ReportFormat, face: Face): string {
  switch (format) {
    case 'json':
      return reportJson(value, problems, face.cwd);
    case 'markdown':
      return reportMarkdown(value, problems, face.cwd);
    case 'text':
      return reportText(value, problems, { cwd: face.cwd, colour: face.colour });
  }
}

const HELP = `
Of a recording that was cut off or damaged, what can be read is printed, and the exit code is 4.

Examples:
  looplens analyze shop.looplens
  looplens analyze shop.looplens --format markdown > findings.md
  looplens analyze shop.looplens --format json --fail-on warning`;
