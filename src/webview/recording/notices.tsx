import type { Report } from '../../model/finding.ts';
import type { Problem } from '../../model/problem.ts';
import { count } from '../../base/figures.ts';

/** What is missing in the recording: said before anything is concluded from it. */
export function Notices({ report, problems }: { report: Report; problems: readonly Problem[] }) {
  const { dropped, events } = report.recording;
  const lines = problems.map(({ message }) => message);
  if (dropped > 0) {
    lines.unshift(
      `${count(dropped)} of ${count(events + dropped)} events were lost: counts are lower bounds.`,
    );
  }
  if (lines.length === 0) return null;
  return (
    <ul class="notices" aria-label="What is missing in this recording">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
