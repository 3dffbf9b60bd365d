import type { ChildProcess } from 'node:child_process';

export function startShop(options?: {
  node?: string;
  env?: Record<string, string>;
}): Promise<{ url: string; pid: number; flags: string[]; child: ChildProcess }>;

export function startLoad(url: string): Promise<ChildProcess>;
