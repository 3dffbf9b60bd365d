// The entry that the extension host calls. Prints and reports through files where the runner names them: the host's
// own console is mixed with VS Code's lines.
import fs from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import Mocha from 'mocha';

const OUT = process.env.LOOPLENS_TEST_OUT;
const RESULTS = process.env.LOOPLENS_TEST_RESULTS;

/** Runs every test beside this file; rejects when one failed. */
export async function run(): Promise<void> {
  const reporter = Mocha.reporters.Base as unknown as { consoleLog: (...values: unknown[]) => void };
  reporter.consoleLog = print;
  let passed = 0;
  let failed = -1;
  try {
    const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, color: true, reporter: 'spec' });
    for (const name of fs.readdirSync(__dirname).sort()) {
      if (name.endsWith('.test.cjs')) mocha.addFile(path.join(__dirname, name));
    }
    failed = await new Promise<number>((resolve) => {
      mocha.run(resolve).on('pass', () => passed++);
    });
  } catch (error) {
    print('The tests could not run:', error);
    throw error;
  } finally {
    if (RESULTS) fs.writeFileSync(RESULTS, JSON.stringify({ passed, failed: failed < 0 ? 1 : failed }));
  }
  if (failed > 0) throw new Error(`${failed} tests failed`);
}

function print(...values: unknown[]): void {
  if (OUT) fs.appendFileSync(OUT, `${format(...values)}\n`);
  else console.log(...values);
}
