// npm run vscode: a real VS Code with the extension, opened on the shop, to use in a browser. Ctrl-C ends it.
import path from 'node:path';
import { prepare, ROOT, SHOP } from '../setup/project.mjs';
import { startBed } from './bed.mjs';

await prepare();
const bed = await startBed({ browser: 'none' });
const folder = path.resolve(process.argv[2] ?? SHOP);
console.log(`
VS Code with LoopLens is open on ${folder}

  ${bed.url(folder, [['extensionDevelopmentPath', bed.remote(ROOT)]])}

Open this address in Chrome, Edge or Chromium, start the program that you want to look at, and run
"LoopLens: Record Running Node Process..." (F1). Ctrl-C here ends it.
`);
// Until Ctrl-C, which the bed takes.
setInterval(() => undefined, 1 << 30);
