import { discoverProcesses } from '../inspector/discovery.ts';
import type { DiscoveredProcess } from '../inspector/discovery.ts';
import type { TargetListing } from './contract.ts';

/** Lists the Node processes of this user that can be recorded, the inspectable ones first. Never rejects. */
export async function listTargets(): Promise<TargetListing[]> {
  const listings = (await discoverProcesses()).map(toListing);
  return listings.sort((a, b) => rank(a) - rank(b) || b.pid - a.pid);
}

const rank = ({ state }: TargetListing): number => (state === 'inspectable' ? 0 : 1);

function toListing(found: DiscoveredProcess): TargetListing {
  const listing: TargetListing = {
    pid: found.pid,
    state: found.endpoint ? 'inspectable' : 'activatable',
    script: found.script,
    commandLine: found.argv.join(' '),
    workers: [],
  };
  if (found.endpoint) {
    listing.host = found.endpoint.host;
    listing.port = found.endpoint.port;
  }
  if (found.cwd !== undefined) listing.cwd = found.cwd;
  return listing;
}
