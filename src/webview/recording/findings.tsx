import { useState } from 'preact/hooks';
import type { Finding, Severity } from '../../model/finding.ts';
import { count, millis, percent } from '../../base/figures.ts';
import { moveByArrows } from '../table-keys.ts';
import type { Host } from './host.ts';

/** The findings as a table: type to filter, arrow keys to move, Enter opens the line. */
export function Findings(props: {
  findings: readonly Finding[];
  shortPaths: Readonly<Record<string, string>>;
  host: Host;
}) {
  const { findings, shortPaths, host } = props;
  const [filter, setFilter] = useState(host.restore().filter);
  const keep = (text: string): void => {
    setFilter(text);
    host.save({ filter: text });
  };
  const pathOf = (finding: Finding): string =>
    `${shortPaths[finding.location.file] ?? finding.location.file}:${finding.location.line}`;
  const rows = findings
    .map((finding, index) => ({ finding, index, place: pathOf(finding) }))
    .filter(({ finding, place }) => matches(finding, place, filter));

  return (
    <section aria-labelledby="findings">
      <div class="title">
        <h2 id="findings">
          Findings{' '}
          <span class="quiet" role="status">
            {rows.length === findings.length ? findings.length : `${rows.length} of ${findings.length}`}
          </span>
        </h2>
        {findings.length > 0 && (
          <input
            type="search"
            aria-label="Filter findings"
            placeholder="Filter by words, file, rule, route"
            value={filter}
            onInput={({ currentTarget }) => keep(currentTarget.value)}
          />
        )}
      </div>
      {findings.length === 0 && (
        <p class="quiet">Nothing was found that held up the event loop or a request.</p>
      )}
      {rows.length > 0 && (
        <div class="scroll">
          <table onKeyDown={moveByArrows}>
            <thead>
              <tr>
                <th scope="col">Finding</th>
                <th scope="col" class="number">
                  Times
                </th>
                <th scope="col" class="number">
                  Longest
                </th>
                <th scope="col" class="number">
                  In all
                </th>
                <th scope="col" class="number">
                  Loop
                </th>
                <th scope="col">Rule</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ finding, index, place }) => (
                <Row key={index} finding={finding} index={index} place={place} host={host} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length === 0 && findings.length > 0 && <p class="quiet">No finding matches “{filter}”.</p>}
    </section>
  );
}

const SEVERITY_WORDS: Readonly<Record<Severity, string>> = {
  error: 'Error',
  warning: 'Warning',
  info: 'Information',
  hint: 'Hint',
};

function Row({
  finding,
  index,
  place,
  host,
}: {
  finding: Finding;
  index: number;
  place: string;
  host: Host;
}) {
  const { evidence, severity } = finding;
  return (
    <tr>
      <td class="what">
        <button type="button" class="link" onClick={() => host.send({ type: 'open', finding: index })}>
          <span
            class={`mark ${severity}`}
            title={SEVERITY_WORDS[severity]}
            aria-label={SEVERITY_WORDS[severity]}
            role="img"
          />
          <span class="message">{finding.message}</span>
          <span class="place">
            {place}
            {finding.location.function === undefined ? '' : `  ${finding.location.function}`}
          </span>
        </button>
      </td>
      <td class="number">{evidence ? count(evidence.count) : ''}</td>
      <td class="number">{evidence && evidence.maxMs > 0 ? millis(evidence.maxMs) : ''}</td>
      <td class="number">{evidence && evidence.totalMs > 0 ? millis(evidence.totalMs) : ''}</td>
      <td class="number">{evidence && evidence.loopShare > 0 ? <Share of={evidence.loopShare} /> : ''}</td>
      <td>
        <button
          type="button"
          class="link rule"
          title={`Explain ${finding.rule}`}
          onClick={() => host.send({ type: 'explain', rule: finding.rule })}
        >
          {finding.rule}
        </button>
      </td>
    </tr>
  );
}

/** A share as words and as a bar: the bar is decoration, the words say it. */
function Share({ of }: { of: number }) {
  return (
    <span class="share">
      {percent(of)}
      <meter min={0} max={1} value={Math.min(1, of)} aria-hidden="true" />
    </span>
  );
}

function matches({ message, rule, evidence }: Finding, place: string, filter: string): boolean {
  const text = `${message} ${rule} ${place} ${evidence?.routes.join(' ') ?? ''}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
