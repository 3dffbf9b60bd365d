import type { ComponentChildren } from 'preact';
import type { Change } from '../../model/comparison.ts';
import type { FindingRow, LineRow, RouteRow } from '../../model/comparison-view.ts';
import { moveByArrows } from '../table-keys.ts';

/** What became of each finding; a row opens its line. */
export function Findings(props: {
  rows: readonly FindingRow[];
  open: (index: number) => void;
  explain: (rule: string) => void;
}) {
  const { rows, open, explain } = props;
  return (
    <Section id="findings" title="Findings" count={rows.length} none="Neither recording has findings.">
      <Heads names={['Change', 'Finding', 'Cost', 'Rule']} />
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            <ChangeCell row={row} />
            <td class="what">
              <button type="button" class="link plain" onClick={() => open(index)}>
                <span class="message">{row.message}</span>
                <span class="place">{row.place}</span>
              </button>
            </td>
            <td>{row.cost}</td>
            <td>
              <button
                type="button"
                class="link rule"
                title={`Explain ${row.rule}`}
                onClick={() => explain(row.rule)}
              >
                {row.rule}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </Section>
  );
}

/** What became of each route's times. */
export function Routes({ rows }: { rows: readonly RouteRow[] }) {
  return (
    <Section id="routes" title="Routes" count={rows.length} none="Neither recording has requests.">
      <Heads names={['Change', 'Route', 'Requests', 'p50', 'p95', 'p99']} />
      <tbody>
        {rows.map((row) => (
          <tr key={row.route}>
            <ChangeCell row={row} />
            <td class="what">
              <code>{row.route}</code>
              {row.shares !== '' && <small class="shares">{row.shares}</small>}
            </td>
            <td>{row.requests}</td>
            <td>{row.p50}</td>
            <td>{row.p95}</td>
            <td>{row.p99}</td>
          </tr>
        ))}
      </tbody>
    </Section>
  );
}

/** The lines whose running time changed; a row opens its line. */
export function Lines({ rows, open }: { rows: readonly LineRow[]; open: (index: number) => void }) {
  return (
    <Section id="lines" title="Lines" count={rows.length} none="No line of your own runs longer or shorter.">
      <Heads names={['Change', 'Line', 'Own time', 'Share of the time']} />
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            <ChangeCell row={row} />
            <td class="what">
              <button type="button" class="link plain" onClick={() => open(index)}>
                <span class="place">{row.place}</span>
              </button>
            </td>
            <td>{row.cost}</td>
            <td>{row.share}</td>
          </tr>
        ))}
      </tbody>
    </Section>
  );
}

function Section(props: {
  id: string;
  title: string;
  count: number;
  none: string;
  children: ComponentChildren;
}) {
  const { id, title, count, none, children } = props;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>
        {title} <span class="quiet">{count}</span>
      </h2>
      {count === 0 ? (
        <p class="quiet">{none}</p>
      ) : (
        <div class="scroll">
          <table aria-labelledby={id} onKeyDown={moveByArrows}>
            {children}
          </table>
        </div>
      )}
    </section>
  );
}

function Heads({ names }: { names: readonly string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th scope="col" key={name}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** The sign is decoration, the words say it. */
const SIGNS: Readonly<Record<Change, string>> = {
  new: '+',
  worse: '▲',
  better: '▼',
  gone: '−',
  'no-difference': '=',
  unclear: '?',
};

function ChangeCell({ row: { change, changeWords } }: { row: { change: Change; changeWords: string } }) {
  return (
    <td class={`change ${change}`}>
      <span aria-hidden="true">{SIGNS[change]}</span> {changeWords}
    </td>
  );
}
