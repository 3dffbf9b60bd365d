// Preloaded into a measured program: writes its CPU, with all its threads, when it ends.
import fs from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.LOOPLENS_BENCH_CPU) {
  const file = process.env.LOOPLENS_BENCH_CPU;
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    fs.writeFileSync(file, JSON.stringify({ seconds: (user + system) / 1e6 }));
  });
}
