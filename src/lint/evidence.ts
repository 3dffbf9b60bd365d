import { SEVERITIES } from '../model/finding.ts';
import type { Confidence, Finding, Severity } from '../model/finding.ts';
import type { SourceLocation } from '../model/location.ts';
import { LONGEST_SOURCE_LINE } from '../model/note.ts';

/**
 * Joins hints with what was measured, and ranks them: measured cost first, then certainty and reachability.
 *
 * A hint takes the evidence of a measured finding of the same kind at its line, or at the line where the same code of
 * the same function stood before other lines were edited. When the line itself was edited since, the hint only says so.
 * Hints in files that the recording ran but that cost nothing sink to severity `hint`. Changes none of its arguments.
 *
 * @param linesOf the lines of a file as they are now, where they are known: tells a line that was edited and has moved
 * from one that is still there
 */
export function joinEvidence(
  hints: readonly Finding[],
  measured: readonly Finding[],
  linesOf: LinesOf = () => undefined,
): Finding[] {
  const byFile = groupByFile(measured);
  const ran = filesOf(measured);
  const joined = hints.map((hint) => {
    const { file } = hint.location;
    const own = joinOne(hint, byFile.get(file) ?? [], ran);
    if (own.confidence === 'measured' || own.message !== hint.message) return own;
    return isEdited(hint, hints, byFile.get(file) ?? [], linesOf) ? asStale(hint) : own;
  });
  return joined.sort((a, b) => rank(b) - rank(a) || comparePlaces(a, b));
}

/** The lines of a file; undefined where they are not known. */
export type LinesOf = (file: string) => readonly string[] | undefined;

/**
 * Lines that held the loop and of which no hint says anything, as findings of their own, the costliest first: where
 * their code stands now, and with a word where it is no longer there.
 * @param hints as {@link joinEvidence} gave them, of the same files
 * @param isLookedAt true for files that hints were asked of
 * @param linesOf the lines of a file as they are now
 */
export function unnamedHotLines(
  hints: readonly Finding[],
  measured: readonly Finding[],
  isLookedAt: (file: string) => boolean,
  linesOf: LinesOf = () => undefined,
): Finding[] {
  const named = new Set(
    hints
      .filter(({ confidence }) => confidence === 'measured')
      .flatMap(({ location, related }) => [location, ...related.map((other) => other.location)])
      .map(({ file, line }) => `${file}:${line}`),
  );
  const costliest = new Map<string, Finding>();
  for (const finding of measured) {
    const { file, line } = finding.location;
    const key = `${file}:${line}`;
    if (finding.confidence !== 'measured' || !HELD.has(finding.rule) || !isLookedAt(file)) continue;
    if (named.has(key) || isNamedElsewhere(finding, hints)) continue;
    if (cost(finding) > cost(costliest.get(key) ?? finding) || !costliest.has(key))
      costliest.set(key, finding);
  }
  return [...costliest.values()]
    .map((finding) => placedNow(finding, linesOf))
    .sort((a, b) => rank(b) - rank(a) || comparePlaces(a, b));
}

/** A measured finding at the line where its code stands now: of several lines with the same code, the nearest. */
function placedNow(finding: Finding, linesOf: LinesOf): Finding {
  const code = codeOf(finding);
  const lines = code === '' ? undefined : linesOf(finding.location.file);
  const { line } = finding.location;
  if (!lines || normalised(lines[line - 1]) === code) return finding;
  const now = lines.flatMap((text, at) => (normalised(text) === code ? [at + 1] : []));
  if (now.length === 0) return asStale(finding);
  const nearest = now.reduce((best, one) => (Math.abs(one - line) < Math.abs(best - line) ? one : best));
  return { ...finding, location: { ...finding.location, line: nearest }, lineText: lines[nearest - 1]! };
}

/**
 * The hint's function was measured to do what the hint warns of, at a line that is gone, and this is the only such
 * hint of the function: the line was edited, and lines above it, too.
 */
function isEdited(
  hint: Finding,
  hints: readonly Finding[],
  measured: readonly Finding[],
  linesOf: LinesOf,
): boolean {
  const before = measured.filter(
    (finding) =>
      isSameKind(hint, finding) &&
      finding.lineText !== undefined &&
      finding.location.file === hint.location.file &&
      shortName(finding) !== '' &&
      shortName(finding) === shortName(hint),
  );
  if (before.length === 0) return false;
  const lines = linesOf(hint.location.file);
  const codes = lines && new Set(lines.map(normalised));
  const isGone = codes !== undefined && before.some((finding) => !codes.has(codeOf(finding)));
  return (
    isGone &&
    hints.every(
      (other) =>
        other === hint ||
        other.rule !== hint.rule ||
        other.location.file !== hint.location.file ||
        shortName(other) !== shortName(hint),
    )
  );
}

const asStale = (finding: Finding): Finding => ({
  ...finding,
  message: `${finding.message} (Measured before this line changed.)`,
});

/** Rules of recordings that say of a line that it held the loop. */
const HELD: ReadonlySet<string> = new Set(['blocked-loop', 'sync-io-in-request']);

/** The code moved, and the hint has its evidence. */
const isNamedElsewhere = (finding: Finding, hints: readonly Finding[]): boolean =>
  hints.some(
    (hint) =>
      hint.evidence !== undefined &&
      hint.evidence === finding.evidence &&
      hint.location.file === finding.location.file,
  );

function joinOne(hint: Finding, measured: readonly Finding[], ran: ReadonlySet<string>): Finding {
  const alike = measured.filter((finding) => isSameKind(hint, finding));
  const here = alike.filter((finding) => isSamePlace(hint, finding));
  const current = here.filter((finding) => hasSameText(hint, finding));
  const matches = current.length > 0 ? current : alike.filter((finding) => hasMoved(hint, finding));
  const costliest = matches.sort((a, b) => cost(b) - cost(a))[0];
  if (costliest) return withEvidence(hint, costliest);
  if (here.length > 0) return asStale(hint);
  return ran.has(hint.location.file) && isAboutTime(hint) ? { ...hint, severity: 'hint' } : hint;
}

function withEvidence(hint: Finding, measured: Finding): Finding {
  const { evidence, thread } = measured;
  return {
    ...hint,
    severity: worse(hint.severity, measured.severity),
    confidence: 'measured',
    chain: hint.chain.length > 0 ? hint.chain : measured.chain,
    ...(evidence ? { evidence } : {}),
    ...(thread === undefined ? {} : { thread }),
  };
}

/** A hint about holding the loop is proved by what held it; one about waiting or failing by what waited or failed. */
function isSameKind(hint: Finding, measured: Finding): boolean {
  if (measured.confidence !== 'measured') return false;
  if (hint.cause === undefined) return PROOFS[hint.rule]?.includes(measured.rule) ?? false;
  if (measured.cause === undefined) return false;
  return hint.cause === measured.cause || UNSPECIFIC.has(measured.cause) || UNSPECIFIC.has(hint.cause);
}

/** Rules whose findings prove a hint that is not about holding the loop. */
const PROOFS: Readonly<Record<string, readonly string[]>> = {
  'prefer-parallel-awaits': ['serial-awaits', 'slow-request'],
  'no-await-in-loop': ['serial-awaits', 'slow-request'],
  'no-floating-promises': ['unhandled-rejection', 'floating-promise'],
};

/** A promise that nobody handles costs no time until it fails. */
const isAboutTime = (hint: Finding): boolean => hint.rule !== 'no-floating-promises';

/** Causes that a recording names when it does not know more. */
const UNSPECIFIC: ReadonlySet<string> = new Set(['javascript', 'native', 'sync-other']);

/** At the hint's line, or at one of the other lines it is about. */
function isSamePlace(hint: Finding, measured: Finding): boolean {
  const places = [hint.location, ...hint.related.map(({ location }) => location)];
  const isAt = ({ file, line }: Partial<SourceLocation>): boolean =>
    places.some((place) => place.file === file && place.line === line);
  return isAt(measured.location) || (hint.rule === 'no-floating-promises' && comesFrom(hint, measured));
}

/** A rejection begins further in: it is the hint's when it came out of the function that the hint says is called. */
function comesFrom(hint: Finding, measured: Finding): boolean {
  return [measured.location, ...measured.chain].some((step) =>
    hint.related.some(
      ({ location }) =>
        location.file === step.file && lastPart(location.function) === lastPart(step.function),
    ),
  );
}

/** Where either text is unknown, the line number and the function's name are all there is. */
function hasSameText(hint: Finding, measured: Finding): boolean {
  if (hint.location.line !== measured.location.line) return true;
  if (hint.lineText === undefined || measured.lineText === undefined)
    return shortName(hint) === shortName(measured);
  return codeOf(hint) === codeOf(measured);
}

/** The same text in the same function at another line: lines above it were edited. */
function hasMoved(hint: Finding, measured: Finding): boolean {
  const code = codeOf(hint);
  return (
    code !== '' &&
    hint.location.line !== measured.location.line &&
    code === codeOf(measured) &&
    shortName(hint) === shortName(measured)
  );
}

/** The line without what a formatter changes: spaces, kinds of quotes, a last comma or semicolon, a comment at the end. */
const codeOf = ({ lineText }: Finding): string => normalised(lineText);

const normalised = (text = ''): string =>
  text
    .slice(0, LONGEST_SOURCE_LINE)
    .replace(/\s\/\/.*$/, '')
    .replace(/\s+/g, '')
    .replace(/["`]/g, "'")
    .replace(/[,;]+$/, '');

/** V8 and the parser agree on a function's last name, not always on what stands before it. */
const shortName = ({ location }: Finding): string => lastPart(location.function);

const lastPart = (name: string | undefined): string => name?.split('.').at(-1) ?? '';

/** Certainty x measured loop time x reachability; whatever was measured comes before all that was not. */
function rank(finding: Finding): number {
  const reachable = finding.chain.length > 0 ? 2 : 1;
  const certainty = CERTAINTY[finding.confidence];
  if (finding.confidence === 'measured') return 1000 + certainty * reachable * cost(finding);
  return certainty * reachable * (finding.severity === 'hint' ? 0.1 : 1);
}

const CERTAINTY: Record<Confidence, number> = { measured: 1, certain: 0.9, likely: 0.6, possible: 0.2 };

const cost = (finding: Finding): number => finding.evidence?.totalMs ?? 0;

const worse = (a: Severity, b: Severity): Severity =>
  SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;

function groupByFile(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const group = groups.get(finding.location.file);
    if (group) group.push(finding);
    else groups.set(finding.location.file, [finding]);
  }
  return groups;
}

/** Files of which some line is known to have run. */
function filesOf(findings: readonly Finding[]): Set<string> {
  const files = new Set<string>();
  for (const { location, chain, confidence } of findings) {
    if (confidence !== 'measured') continue;
    files.add(location.file);
    for (const { file } of chain) if (file !== undefined) files.add(file);
  }
  return files;
}

function comparePlaces(a: Finding, b: Finding): number {
  if (a.location.file !== b.location.file) return a.location.file < b.location.file ? -1 : 1;
  const order = a.location.line - b.location.line || a.location.column - b.location.column;
  return order || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
