import fs from 'node:fs';

/**
 * CPU time of the process's main thread so far, µs. Linux tells it of each thread (`/proc/PID/task/TID/schedstat`, its first
 * number, in ns: Documentation/scheduler/sched-stats.rst); elsewhere, and where the file may not be read, it is that of the
 * whole process, with the thread that asks and V8's own.
 *
 * @param root where `/proc` is
 */
export function mainThreadCpu(root = '/proc'): () => number {
  const whole = (): number => {
    const { user, system } = process.cpuUsage();
    return user + system;
  };
  try {
    // Kept open: it is asked a hundred times a second. A worker's end closes it.
    const file = fs.openSync(`${root}/self/task/${process.pid}/schedstat`, 'r');
    const text = Buffer.alloc(64);
    const read = (): number =>
      Number.parseInt(text.toString('latin1', 0, fs.readSync(file, text, 0, 64, 0)), 10);
    // A kernel without these figures has zeros there.
    if (!(read() > 0)) {
      fs.closeSync(file);
      return whole;
    }
    return () => Math.round(read() / 1000);
  } catch {
    return whole;
  }
}
