import type { RecordingHeader } from '../../model/recording.ts';
import { clean } from '../clean.ts';
import type { TimelineThread } from '../timeline/threads.ts';
import { attributes } from './message.ts';
import type { Resource, Scope } from './message.ts';

/** What all that is exported of a recording has in common. */
export class OtlpSource {
  readonly #header: RecordingHeader;
  readonly #serviceName: string | undefined;
  readonly scope: Scope;
  /** Tells recordings apart in ids. */
  readonly seed: string;

  /** @param serviceName as `OTEL_SERVICE_NAME` says; default: the name of the script */
  constructor(header: RecordingHeader, serviceName?: string) {
    this.#header = header;
    this.#serviceName = serviceName;
    this.scope = { name: 'looplens', version: header.writer };
    this.seed = `${header.startedAt} ${header.target.pid}`;
  }

  /** Wall clock of a moment of the recording, ns since the epoch. */
  nanos(us: number): string {
    return String(BigInt(Math.round(this.#header.startedAt * 1000) + Math.round(us)) * 1000n);
  }

  /** The process that a thread belongs to. */
  resource(thread: TimelineThread): Resource {
    const { target } = this.#header;
    const first = thread.pid === target.pid;
    const name = target.script
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.[cm]?[jt]s$/, '');
    return {
      attributes: attributes({
        'service.name': clean(this.#serviceName ?? '') || clean(name ?? '') || 'node',
        'process.pid': thread.pid,
        'process.runtime.name': 'nodejs',
        'process.runtime.version': target.node.replace(/^v/, ''),
        'process.executable.name': first ? 'node' : clean(thread.name),
        'os.type': target.platform === 'win32' ? 'windows' : clean(target.platform),
      }),
    };
  }
}
