import type { CalledApi } from './entry-points.ts';
import type { LinkedFile, Target } from './evaluate.ts';
import type { Linked } from './link.ts';
import type { Gift } from './reach-facts.ts';

/** What a call gives that may run these. */
export type Given = (targets: readonly Target[]) => Gift | 'unknown';

/** Longest way of functions that return what another one gives. */
const ROUNDS = 6;

/** Functions that return a call give what the call gives, across files. */
export function createGiven(files: readonly LinkedFile[], { callees }: Linked): Given {
  const gives: (Gift | 'unknown')[] = files.flatMap((file) =>
    file.index.functions.map((fn) =>
      fn.calm ? 'settled' : fn.seldom && fn.gives === 'promise' ? 'seldom' : fn.gives,
    ),
  );
  const given: Given = (targets) => {
    if (targets.length === 0) return 'unknown';
    return common(targets.map(ofTarget));
  };
  for (let round = 0; round < ROUNDS && improve(); round++);
  return given;

  function ofTarget(target: Target): Gift | 'unknown' {
    if (target.kind === 'fn') return gives[target.file.first + target.fn] ?? 'unknown';
    if (target.kind === 'class') return 'value';
    return target.kind === 'api' && isPromiseApi(target) ? 'promise' : 'unknown';
  }

  function improve(): boolean {
    let changed = false;
    for (const file of files) {
      const byEnd = new Map(file.index.calls.map(({ end }, number) => [end, number]));
      const targets = callees.get(file) ?? [];
      const ofCall = (end: number): Gift | 'unknown' => given(targets[byEnd.get(end) ?? -1] ?? []);
      file.index.functions.forEach(({ hands, fails }, number) => {
        const fn = file.first + number;
        const before = gives[fn];
        if (hands && before === 'unknown') gives[fn] = common(hands.map(ofCall));
        // It rejects only when they do, and they never do.
        if ((before === 'promise' || before === 'seldom') && fails?.every((end) => ofCall(end) === 'settled'))
          gives[fn] = 'settled';
        changed ||= gives[fn] !== before;
      });
    }
    return changed;
  }
}

/** What several calls have in common. */
function common(gifts: readonly (Gift | 'unknown')[]): Gift | 'unknown' {
  const each = new Set(gifts);
  if (each.size === 1) return gifts[0]!;
  if (each.size === 0 || each.has('unknown') || each.has('value')) return 'unknown';
  return each.has('promise') ? 'promise' : 'seldom';
}

/** Functions of packages that give promises whatever they are given. */
function isPromiseApi({ module, path }: CalledApi): boolean {
  const names = PROMISE_APIS.get(module);
  return names?.test(path.join('.')) ?? false;
}

const PROMISE_APIS: ReadonlyMap<string, RegExp> = new Map([
  ['(global)', /^(?:fetch|Promise\.(?:all|allSettled|any|race|resolve|reject|try))$/],
  ['axios', /^(?:|get|post|put|patch|delete|head|options|request|create\.\(\)\.\w+)$/],
  ['node-fetch', /^$/],
  ['got', /^(?:|get|post|put|patch|delete|head)$/],
  ['undici', /^(?:fetch|request|stream|pipeline)$/],
  ['execa', /^(?:execa|execaCommand|execaNode)$/],
  ['pg', /^(?:Pool|Client)\.\(\)\.(?:connect|query|end)$/],
  ['mysql2/promise', /^createConnection$|^createPool\.\(\)\.(?:query|execute|getConnection|end)$/],
  ['mongodb', /^MongoClient\.\(\)\.(?:connect|close)$|^MongoClient\.connect$/],
  ['mongoose', /^(?:connect|disconnect|createConnection\.\(\)\.asPromise)$/],
  ['ioredis', /^(?:Redis\.)?\(\)\.(?:get|set|del|hget|hset|incr|expire|quit|publish|lpush|rpush)$/],
  ['redis', /^createClient\.\(\)\.(?:connect|get|set|del|hGet|hSet|incr|expire|quit|publish)$/],
  ['bullmq', /^Queue\.\(\)\.(?:add|addBulk|close)$/],
  ['bcrypt', /^(?:hash|compare|genSalt)$/],
  ['argon2', /^(?:hash|verify)$/],
  ['nodemailer', /^createTransport\.\(\)\.sendMail$/],
  [
    '@prisma/client',
    /^PrismaClient\.\(\)\.(?:\$connect|\$disconnect|\w+\.(?:find\w+|create\w*|update\w*|upsert|delete\w*|count|aggregate|groupBy))$/,
  ],
]);
