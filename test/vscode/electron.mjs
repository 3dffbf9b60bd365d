// npm run test:electron: the same host tests in the desktop VS Code, where it can be downloaded.
//   node test/vscode/electron.mjs [VERSION]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { prepare, ROOT } from '../setup/project.mjs';
import { buildHostTests, FIXTURE, HOST_TESTS } from './build.mjs';

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lle-'));
const results = path.join(dir, 'results.json');
let failure;
try {
  await prepare();
  const { runTests } = await import('@vscode/test-electron');
  await buildHostTests();
  await runTests({
    version: process.argv[2] ?? 'stable',
    extensionDevelopmentPath: ROOT,
    extensionTestsPath: HOST_TESTS,
    launchArgs: [
      FIXTURE,
      '--disable-extensions',
      '--disable-workspace-trust',
      '--user-data-dir',
      path.join(dir, 'data'),
    ],
    extensionTestsEnv: { LOOPLENS_TEST_NODE: process.execPath, LOOPLENS_TEST_RESULTS: results },
  });
} catch (error) {
  failure = error;
}
const { passed, failed } = fs.existsSync(results)
  ? JSON.parse(fs.readFileSync(results, 'utf8'))
  : { passed: 0, failed: 1 };
if (failure && passed + failed <= 1) console.error(failure);
fs.rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || failure ? 1 : 0);
