import { defineConfig } from 'vitest/config';
// @ts-expect-error plain JavaScript, shared with the build
import { agentAsTextVite } from './esbuild.plugins.mjs';

const plugins = [agentAsTextVite];

export default defineConfig({
  test: {
    projects: [
      {
        plugins,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], pool: 'threads', testTimeout: 20_000 },
      },
      {
        // Real Node children, several majors: one file at a time, so that they do not starve each other.
        plugins,
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
