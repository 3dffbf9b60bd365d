import type { Report } from '../../src/model/finding.ts';
import type { Label } from './findings-labels.mjs';

export interface Services {
  url: string;
  dbPort: number;
  close: () => void;
}

export function recordProgram(
  label: Label,
  options: {
    cli: string;
    node: string;
    cwd: string;
    env: Record<string, string>;
    services: Services;
    folder: string;
  },
): Promise<{ report: Report | undefined; output: string; code: number | null }>;
export function startServices(): Promise<Services>;
export function temporaryFolder(): string;
