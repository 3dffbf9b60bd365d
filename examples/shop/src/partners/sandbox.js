import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Starts the partners' test services beside the shop, so that it runs without the internet.
 * They have a thread of their own, as they have machines of their own in production.
 * @returns {Promise<string>} their address
 */
export async function startSandbox() {
  const worker = new Worker(new URL('./sandbox-worker.js', import.meta.url));
  worker.unref();
  const [port] = await once(worker, 'message');
  return `http://127.0.0.1:${port}`;
}
