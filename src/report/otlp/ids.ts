/** 16 bytes as OTLP writes a trace's id: the same for the same words. */
export const traceId = (...words: (string | number)[]): string => hex(words, 4);

/** 8 bytes as OTLP writes a span's id. */
export const spanId = (...words: (string | number)[]): string => hex(words, 2);

const OFFSET = 0x811c9dc5;
const PRIME = 0x01000193;

/** FNV-1a with a different seed for each 32 bits, mixed at the end. An id of zeros means "none" in OTLP. */
function hex(words: readonly (string | number)[], parts: number): string {
  const text = words.join('\n');
  let id = '';
  for (let part = 1; part <= parts; part++) {
    let hash = Math.imul(OFFSET, part);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    hash ^= hash >>> 13;
    id += (hash >>> 0).toString(16).padStart(8, '0');
  }
  return /^0+$/.test(id) ? `${id.slice(0, -1)}1` : id;
}
