import type { Report, Verdict } from '../../model/finding.ts';
import { count, millis, percent } from '../../base/figures.ts';

const VERDICTS: Readonly<Record<Verdict, string>> = {
  blocked: 'Blocked',
  'cpu-saturated': 'CPU saturated',
  'gc-bound': 'Garbage collection',
  'thread-pool-bound': 'Thread pool full',
  'io-bound': 'Waiting for I/O',
  idle: 'Idle',
  healthy: 'Healthy',
};

/** The verdict in words, and the figures behind it. */
export function Summary(props: { report: Report; name: string; showAtLines: () => void }) {
  const { health, recording, target } = props.report;
  const calm = health.verdict === 'healthy' || health.verdict === 'idle' || health.verdict === 'io-bound';
  const script = target.script.split(/[\\/]/).pop() ?? '';
  return (
    <header>
      <div class="title">
        <h1>
          <span class={calm ? 'verdict calm' : 'verdict alarm'}>{VERDICTS[health.verdict]}</span>
          {script === '' ? props.name : script}
        </h1>
        <button type="button" onClick={props.showAtLines}>
          Show at the Lines
        </button>
      </div>
      <p class="sentence">{withoutVerdict(health.message)}</p>
      <dl class="figures">
        <Figure
          name="Loop delay p99"
          value={millis(health.eventLoopDelayMs.p99)}
          more={`longest ${millis(health.eventLoopDelayMs.max)}`}
        />
        <Figure name="Loop busy" value={percent(health.utilization)} more={`GC ${percent(health.gcShare)}`} />
        <Figure
          name="Recorded"
          value={millis(recording.durationMs)}
          more={`${count(recording.events)} events`}
        />
        <Figure
          name="Cost of recording"
          value={percent(recording.overhead.cpuShare)}
          more="of the main thread"
        />
        <Figure name="Process" value={`pid ${target.pid}`} more={`Node ${target.node}`} />
      </dl>
    </header>
  );
}

function Figure({ name, value, more }: { name: string; value: string; more: string }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <small>{more}</small>
      </dd>
    </div>
  );
}

/** The sentence begins with the verdict in a word, which stands above it already. */
function withoutVerdict(message: string): string {
  const [, rest] = /^[A-Z][\w ]+: (.+)$/.exec(message) ?? [];
  return rest === undefined ? message : rest.charAt(0).toUpperCase() + rest.slice(1);
}
