import path from 'node:path';
import { createProject, type Project } from '../../../../src/lint/project/project.ts';
import { createLintService } from '../../../../src/lint/service.ts';

/** A place that no test ever writes to. */
export const ROOT = path.resolve('/looplens-project');

/** A project of files by their names below {@link ROOT}. */
export function buildProject(files: Record<string, string>): Project {
  const project = createProject();
  const service = createLintService();
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(ROOT, name);
    project.set(file, JSON.parse(JSON.stringify(service.index(file, text, 'drop'))));
  }
  return project;
}

/** The words of the way to the function that starts with `start`; `start-up`, or `unknown`. */
export function wayTo(files: Record<string, string>, name: string, start: string): string {
  const facts = buildProject(files).facts(path.join(ROOT, name));
  const offset = files[name]!.indexOf(start);
  if (offset < 0) throw new Error(`${name} has no "${start}"`);
  const reach = facts?.reach[offset];
  if (!reach) return 'unknown';
  return reach.level === 'served' ? [reach.label, ...reach.path].join(' -> ') : 'start-up';
}
