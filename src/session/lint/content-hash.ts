import crypto from 'node:crypto';

/** A hash of texts: equal texts, equal hashes. */
export function contentHash(...texts: readonly string[]): string {
  const hash = crypto.createHash('sha1');
  for (const text of texts) hash.update(`${text.length}\n`).update(text);
  return hash.digest('base64url');
}
