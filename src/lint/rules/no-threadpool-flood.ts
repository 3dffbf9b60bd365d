import { callsWithin, operationOf } from '../source/api-calls.ts';
import { callsOf, fanOf, suggestBounded } from '../source/concurrency.ts';
import { defineRule } from '../source/define-rule.ts';
import { textOf } from '../source/edits.ts';

/** As many jobs for the thread pool's four threads as a list is long: every file and name look-up waits behind them. */
export default defineRule<{ files: 'ignore' | 'report' }>({
  name: 'no-threadpool-flood',
  description: 'Report unbounded numbers of jobs for the thread pool',
  messages: {
    flood:
      'Every element of {{list}} starts {{operation}} at once, and the thread pool has 4 threads by default: files, zlib and name look-ups of all other requests wait behind them. Run at most a few at a time.',
    bound: 'At most {{limit}} at a time, with Readable.from().map().',
  },
  options: { files: { enum: ['ignore', 'report'] } },
  defaults: { files: 'ignore' },
  create(tools) {
    const { analysis, options, report } = tools;
    return {
      CallExpression(call) {
        const fan = fanOf(call, analysis);
        const when = fan && analysis.reach.when(call).kind;
        if (!fan || when === 'start-up' || analysis.kind === 'command') return;
        const operations = callsOf(fan.fn, analysis, (fn) => callsWithin(fn, analysis)).map(
          (one) => operationOf(one, analysis) ?? '',
        );
        const operation = operations.find(
          (name) => HEAVY.test(name) || (options.files === 'report' && FILES.test(name)),
        );
        if (!operation) return;
        report({
          at: call,
          messageId: 'flood',
          data: {
            list: textOf(fan.list, analysis).slice(0, 40),
            operation: `${operation.split('.').slice(-2).join('.')}()`,
          },
          detail: { confidence: when === 'served' ? 'likely' : 'possible' },
          suggest: suggestBounded(fan, 4, tools),
        });
      },
    };
  },
});

/** Jobs that hold a thread for milliseconds and more. */
const HEAVY =
  /^(?:crypto\.(?:pbkdf2|scrypt|generateKeyPair|randomFill)|zlib\.(?:gzip|gunzip|deflate|inflate|brotliCompress|brotliDecompress|unzip)|bcrypt\.(?:hash|compare)|argon2\.(?:hash|verify)|dns\.(?:promises\.)?lookup|dns\/promises\.lookup|sharp\.\(\).*)$/;
const FILES = /^(?:fs\/promises\.|fs\.promises\.)(?:readFile|writeFile|stat|copyFile|appendFile)$/;
