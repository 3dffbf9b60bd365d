import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';
import { enclosingFunction, functionName } from './ast.ts';

/**
 * True where nothing tells who calls the code, and the name of a function around it, or of its folder, says that it
 * runs when the program begins or ends, or reports about itself: `init`, `loadPlugins`, `loaders/apis.js`, `telemetry.js`.
 * A reason to doubt, not a proof.
 */
export function beginsByName(node: Node, { file, reach }: Pick<Analysis, 'file' | 'reach'>): boolean {
  if (reach.when(node).kind !== 'unknown') return false;
  if (PLACES.test(file)) return true;
  for (let fn = enclosingFunction(node); fn; fn = enclosingFunction(fn)) {
    const name = functionName(fn)?.split('.').at(-1);
    if (name && NAMES.test(name)) return true;
  }
  return false;
}

/**
 * True where nothing tells who calls the function around the code, and it is itself called like a beginning or an end:
 * `start`, `initServices`, `stop`. What stands in its listeners and callbacks runs later.
 */
export function isBeginning(node: Node, { reach }: Pick<Analysis, 'reach'>): boolean {
  const fn = enclosingFunction(node);
  const name = fn && functionName(fn)?.split('.').at(-1);
  return name !== undefined && BEGINNING.test(name) && reach.when(node).kind === 'unknown';
}

const BEGINNING =
  /^[_#]?(?:start|boot|init|main$|listen|shutdown|tearDown|teardown|dispose|stop)(?:$|[A-Z]|ial|strap)/;

const NAMES =
  /^[_#]?(?:listen|start|boot|init|ensure|setup|setUp|main$|migrat|install|build|compile|configure|register|activate|prepare|bootstrap|seed|shutdown|tearDown|teardown|dispose|stop(?:$|[A-Z])|load(?:All|Config|Settings|Plugin|Module|Extension|Adapter|Driver|Hook|Polic|Middleware|Route|Controller|Service|Component|Locale|Translation|Migration|[A-Z]\w*(?:Plugin|Module|Extension|Adapter|Driver|Hook|Polic|Middleware|Route|Controller|Service|Component)(?:s|ies)$)|checkDist|onModule(?:Init|Destroy)|onApplication|generate(?:Types|Schema|Docs))/;

const PLACES =
  /(?:^|[\\/])(?:loaders?|bootstrap|boot|setup|initiali[sz]ers?|migrat(?:ions?|ors?)|seeds?|seeders|install(?:er)?|onboarding)(?:[\\/.]|$)|(?:^|[\\/])(?:telemetry|metrics)\.\w+$|[-_.]migrat(?:ions?|ors?)\.\w+$/i;
