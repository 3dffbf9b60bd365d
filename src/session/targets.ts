import { listWorkers, versionOfEndpoint, versionOfExecutable } from '../inspector/details.ts';
import { discoverProcesses } from '../inspector/discovery.ts';
import type { DiscoveredProcess } from '../inspector/discovery.ts';
import type { TargetListing } from './contract.ts';

/** `threads` also connects to the inspectable ones and asks for their workers, which Node tells on their terminals. */
export type TargetDetail = 'processes' | 'threads';

/** Lists the Node processes of this user that can be recorded, the inspectable ones first. Never rejects. */
export async function listTargets(detail: TargetDetail = 'processes'): Promise<TargetListing[]> {
  const versions = new Map<string, Promise<string | undefined>>();
  const versionOf = (executable: string): Promise<string | undefined> => {
    let known = versions.get(executable);
    if (!known) versions.set(executable, (known = versionOfExecutable(executable)));
    return known;
  };
  const found = await discoverProcesses();
  const listings = await Promise.all(found.map((entry) => toListing(entry, detail, versionOf)));
  return listings.sort((a, b) => rank(a) - rank(b) || b.pid - a.pid);
}

const rank = ({ state }: TargetListing): number => (state === 'inspectable' ? 0 : 1);

async function toListing(
  { pid, endpoint, script, argv, cwd, executable }: DiscoveredProcess,
  detail: TargetDetail,
  versionOf: (executable: string) => Promise<string | undefined>,
): Promise<TargetListing> {
  const [node, workers] = await Promise.all([
    endpoint ? versionOfEndpoint(endpoint) : executable === undefined ? undefined : versionOf(executable),
    endpoint && detail === 'threads' ? listWorkers(endpoint) : [],
  ]);
  return {
    pid,
    state: endpoint ? 'inspectable' : 'activatable',
    ...(endpoint && { host: endpoint.host, port: endpoint.port }),
    script,
    ...(cwd !== undefined && { cwd }),
    ...(node !== undefined && { node }),
    commandLine: argv.join(' '),
    workers,
  };
}
