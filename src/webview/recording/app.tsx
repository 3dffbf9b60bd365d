import { useEffect, useState } from 'preact/hooks';
import type { ToRecordingView } from '../../model/recording-view.ts';
import { Findings } from './findings.tsx';
import type { Host } from './host.ts';
import { Notices } from './notices.tsx';
import { Routes } from './routes.tsx';
import { Summary } from './summary.tsx';

/** The whole page: what the extension said last. */
export function App({ host }: { host: Host }) {
  const [message, setMessage] = useState<ToRecordingView>({ type: 'loading', name: '' });
  useEffect(() => {
    host.listen(setMessage);
    host.send({ type: 'ready' });
  }, [host]);

  if (message.type === 'loading') {
    return (
      <p class="quiet" role="status">
        Reading {message.name}…
      </p>
    );
  }
  if (message.type === 'failed') {
    return (
      <main>
        <h1>This recording cannot be shown</h1>
        <p role="alert">{message.message}</p>
        <p>{message.next}</p>
      </main>
    );
  }
  const { report, name, problems, shortPaths } = message;
  return (
    <main>
      <Summary report={report} name={name} showAtLines={() => host.send({ type: 'show-at-lines' })} />
      <Notices report={report} problems={problems} />
      <Findings findings={report.findings} shortPaths={shortPaths} host={host} />
      <Routes routes={report.routes} />
    </main>
  );
}
