import type { Finding } from '../model/finding.ts';

/**
 * A name for a finding that stays when lines move: rule, function and the text of the line without its spaces.
 * Findings of a list that would have the same name are told apart by a number, in order.
 */
export function fingerprints(findings: readonly Finding[]): string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const { rule, location, lineText = '' } = finding;
    const hash = fnv1a64([rule, location.function ?? '', lineText.replace(/\s+/g, '')].join('\n'));
    const key = `${location.file}\n${hash}`;
    const occurrence = (seen.get(key) ?? 0) + 1;
    seen.set(key, occurrence);
    return `${hash}:${occurrence}`;
  });
}

/** FNV-1a over the UTF-16 code units, 64 bits, hexadecimal: no secret hangs on it, only that equal texts are equal. */
function fnv1a64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
