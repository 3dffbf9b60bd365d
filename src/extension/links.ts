import type { Finding } from '../model/finding.ts';

/** A `command:` URI with arguments, for hovers, tooltips and diagnostic codes. */
export function commandUri(command: string, ...args: unknown[]): string {
  // Parentheses would end the Markdown link around it.
  const text = encodeURIComponent(JSON.stringify(args)).replaceAll('(', '%28').replaceAll(')', '%29');
  return `command:${command}?${text}`;
}

/** A Markdown link that runs a command. */
export function commandLink(text: string, command: string, ...args: unknown[]): string {
  return `[${text}](${commandUri(command, ...args)})`;
}

/** Keeps text from being read as Markdown. */
export function plain(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&').replace(/\s+/g, ' ');
}

/** Which finding a link means: findings cross into commands as JSON, where identity is lost. */
export interface FindingRef {
  rule: string;
  file: string;
  line: number;
  column: number;
}

/** The reference of a finding. */
export function refOf({ rule, location }: Finding): FindingRef {
  return { rule, file: location.file, line: location.line, column: location.column };
}

/** The finding that a reference means. */
export function findRef(findings: readonly Finding[], ref: FindingRef): Finding | undefined {
  return findings.find(
    ({ rule, location }) =>
      rule === ref.rule &&
      location.file === ref.file &&
      location.line === ref.line &&
      location.column === ref.column,
  );
}
