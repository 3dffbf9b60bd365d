import type { Finding, Severity } from '../model/finding.ts';
import { clean } from './clean.ts';
import { byPlace } from './order.ts';
import { relativePath } from './paths.ts';

/** Workflow commands that GitHub Actions turns into annotations at the lines; one per finding. */
export function githubAnnotations(findings: readonly Finding[], cwd: string): string {
  return byPlace(findings)
    .map((finding) => `${annotation(finding, cwd)}\n`)
    .join('');
}

function annotation(
  { severity, location, endLine, endColumn, rule, message, fix }: Finding,
  cwd: string,
): string {
  // Only one line: GitHub shows an annotation in a pull request only when all its lines are in the diff.
  const end = endLine === location.line && endColumn !== undefined ? { endLine, endColumn } : undefined;
  const properties = {
    file: relativePath(location.file, cwd),
    line: location.line,
    ...(end && { endLine: end.endLine }),
    col: location.column,
    ...(end && { endColumn: end.endColumn }),
    title: `LoopLens: ${rule}`,
  };
  const list = Object.entries(properties)
    .map(([name, value]) => `${name}=${escapeProperty(clean(String(value)))}`)
    .join(',');
  const advice = fix ? ` Fix: ${fix.title}` : '';
  return `::${COMMANDS[severity]} ${list}::${escapeData(clean(message + advice))}`;
}

const COMMANDS: Record<Severity, string> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
