import type { ChainStep, Finding, Severity, TextEdit } from '../model/finding.ts';
import type { SourceLocation } from '../model/location.ts';
import type { Problem } from '../model/problem.ts';
import { clean, escapeJson } from './clean.ts';
import { fingerprints } from './fingerprint.ts';
import { byPlace } from './order.ts';
import { relativePath, uriOf } from './paths.ts';
import { stepWords } from './words.ts';

/** What a SARIF log says about its maker and its files. */
export interface SarifOptions {
  cwd: string;
  /** Version of LoopLens. */
  version: string;
}

/** A SARIF 2.1.0 log: for GitHub code scanning and other tools that gather results. */
export function sarif(
  findings: readonly Finding[],
  problems: readonly Problem[],
  options: SarifOptions,
): string {
  const sorted = byPlace(findings);
  const rules = [...new Set(sorted.map(({ rule }) => rule))].sort();
  const names = fingerprints(sorted);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'LoopLens',
            semanticVersion: options.version,
            rules: rules.map((id) => ({ id, name: id })),
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [BASE]: { uri: `${uriOf(options.cwd).replace(/\/+$/, '')}/` } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: problems.map(({ code, message }) => ({
              descriptor: { id: code },
              level: 'warning',
              message: { text: clean(message) },
            })),
          },
        ],
        results: sorted.map((finding, index) => result(finding, rules, names[index]!, options.cwd)),
      },
    ],
  };
  return `${escapeJson(JSON.stringify(log, undefined, 2))}\n`;
}

const BASE = '%SRCROOT%';
const LEVELS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note', hint: 'note' };

function result(finding: Finding, rules: string[], fingerprint: string, cwd: string) {
  const { rule, severity, message, location, chain, related, fix, confidence, cause, evidence } = finding;
  const edits = fix?.edits ?? [];
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: LEVELS[severity],
    message: { text: clean(message) },
    locations: [
      {
        physicalLocation: physical(location, cwd, sameLineEnd(finding)),
        ...(location.function && {
          logicalLocations: [{ name: clean(location.function), kind: 'function' }],
        }),
      },
    ],
    partialFingerprints: { 'looplensLine/v1': fingerprint },
    ...(chain.length > 0 && { codeFlows: [codeFlow(finding, cwd)] }),
    ...(related.length > 0 && {
      relatedLocations: related.map((other, id) => ({
        id,
        message: { text: clean(other.message) },
        physicalLocation: physical(other.location, cwd),
      })),
    }),
    ...(fix &&
      edits.length > 0 && {
        fixes: [{ description: { text: clean(fix.title) }, artifactChanges: changes(edits, cwd) }],
      }),
    properties: { confidence, ...(cause && { cause }), ...(evidence && { evidence }) },
  };
}

/** From the outermost step to the place itself: SARIF's order is that of execution. */
function codeFlow({ chain, location, message }: Finding, cwd: string) {
  const steps = chain.filter(hasPlace).reverse();
  const outermost = chain.filter((step) => !hasPlace(step)).map(stepWords);
  const at = (place: SourceLocation, text: string) => ({
    location: { physicalLocation: physical(place, cwd), message: { text } },
  });
  return {
    ...(outermost.length > 0 && { message: { text: outermost.join(', ') } }),
    threadFlows: [
      { locations: [...steps.map((step) => at(step, stepWords(step))), at(location, clean(message))] },
    ],
  };
}

type PlacedStep = ChainStep & SourceLocation;

const hasPlace = (step: ChainStep): step is PlacedStep => step.file !== undefined && (step.line ?? 0) > 0;

function changes(edits: readonly TextEdit[], cwd: string) {
  const files = [...new Set(edits.map(({ file }) => file))];
  return files.map((file) => ({
    artifactLocation: artifact(file, cwd),
    replacements: edits
      .filter((edit) => edit.file === file)
      .map(({ start, end, text }) => ({
        deletedRegion: { charOffset: start, charLength: end - start },
        insertedContent: { text },
      })),
  }));
}

/** Lines and columns of SARIF begin at 1; what is not known is left out. */
function physical({ file, line, column }: SourceLocation, cwd: string, endColumn?: number) {
  const region = {
    startLine: line,
    ...(column > 0 && { startColumn: column }),
    ...(endColumn && { endColumn }),
  };
  return { artifactLocation: artifact(file, cwd), ...(line > 0 && { region }) };
}

/** One line only: a code scanner shows an alert in a pull request only when all its lines are in the diff. */
const sameLineEnd = ({ location, endLine, endColumn }: Finding): number | undefined =>
  endLine === location.line && (endColumn ?? 0) > location.column ? endColumn : undefined;

function artifact(file: string, cwd: string) {
  const shown = relativePath(file, cwd);
  return shown === file ? { uri: uriOf(file) } : { uri: uriOf(shown), uriBaseId: BASE };
}
