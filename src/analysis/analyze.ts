import type { Report } from '../model/finding.ts';
import type { Outcome } from '../model/problem.ts';
import type { SourceFacts } from '../model/source-facts.ts';
import type { RecordingReader } from '../recording/contract.ts';
import { AnalysisSoFar } from './analysis-so-far.ts';
import { DEFAULT_THRESHOLDS } from './thresholds.ts';
import type { Thresholds } from './thresholds.ts';

/**
 * The findings of a recording, worst first, with the verdict on its loops. Cannot fail: what is missing or damaged is
 * told among the problems.
 *
 * @param reader the recording
 * @param facts what the source proves about the files of `filesOfInterest`; with none, some findings are less exact
 * @param thresholds from where on something is told
 */
export function analyze(
  reader: RecordingReader,
  facts: readonly SourceFacts[],
  thresholds: Thresholds = DEFAULT_THRESHOLDS,
): Outcome<Report> {
  const analysis = new AnalysisSoFar(reader.header, reader.tables, thresholds, reader.notes);
  for (const batch of reader.events()) analysis.feed(batch);
  return analysis.report(reader, facts);
}
