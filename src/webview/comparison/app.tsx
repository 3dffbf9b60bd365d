import { useEffect, useState } from 'preact/hooks';
import type { ComparisonRows, FromComparisonView, ToComparisonView } from '../../model/comparison-view.ts';
import type { Host } from '../host.ts';
import { Findings, Lines, Routes } from './tables.tsx';

type ComparisonHost = Host<ToComparisonView, FromComparisonView>;

/** The whole page: what the extension said last. */
export function App({ host }: { host: ComparisonHost }) {
  const [message, setMessage] = useState<ToComparisonView>({ type: 'loading', name: '' });
  useEffect(() => {
    host.listen(setMessage);
    host.send({ type: 'ready' });
  }, [host]);

  if (message.type === 'loading') {
    return (
      <p class="quiet" role="status">
        Comparing {message.name}…
      </p>
    );
  }
  if (message.type === 'failed') {
    return (
      <main>
        <h1>These recordings cannot be compared</h1>
        <p role="alert">{message.message}</p>
        <p>{message.next}</p>
      </main>
    );
  }
  const { rows, problems } = message;
  return (
    <main>
      <Head rows={rows} swap={() => host.send({ type: 'swap' })} />
      {problems.length > 0 && (
        <ul class="notices" aria-label="What is missing in these recordings">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <Findings
        rows={rows.findings}
        open={(index) => host.send({ type: 'open', list: 'findings', index })}
        explain={(rule) => host.send({ type: 'explain', rule })}
      />
      <Routes rows={rows.routes} />
      <Lines rows={rows.lines} open={(index) => host.send({ type: 'open', list: 'lines', index })} />
      <p class="quiet footnote">
        “No difference” means: none that chance could not explain. “Unclear” means: too little was recorded to
        tell.
      </p>
    </main>
  );
}

function Head({ rows, swap }: { rows: ComparisonRows; swap: () => void }) {
  const [head, ...rest] = rows.verdict.split(': ');
  return (
    <header>
      <div class="title">
        <h1>
          <span class={`verdict ${rows.tone === 'worse' || rows.tone === 'mixed' ? 'alarm' : 'calm'}`}>
            {head!.replace(/\.$/, '')}
          </span>
        </h1>
        <button type="button" onClick={swap}>
          Swap Base and Head
        </button>
      </div>
      {rest.length > 0 && <p class="sentence">{capital(rest.join(': '))}</p>}
      <dl class="figures">
        {(['base', 'head'] as const).map((side) => (
          <div class="figure" key={side}>
            <dt>{side === 'base' ? 'Base' : 'Head'}</dt>
            <dd>
              <span class="file">{rows[side].name}</span>
              <small>{rows[side].details}</small>
            </dd>
          </div>
        ))}
        <div class="figure">
          <dt>Loop</dt>
          <dd>
            {rows.loop.map((words) => (
              <div key={words}>{words}</div>
            ))}
          </dd>
        </div>
      </dl>
    </header>
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
