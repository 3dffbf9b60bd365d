/**
 * The route behind a raw request label, for requests whose framework did not name theirs: `GET /orders/17?x=1` becomes
 * `GET /orders/:id`. Segments that look like data (numbers, UUIDs, hashes, long tokens) become `:id`; the query goes.
 */
export function routeOfLabel(label: string): string {
  const space = label.indexOf(' ');
  const method = space < 0 ? '' : label.slice(0, space + 1);
  const target = label.slice(space + 1);
  const path = pathOf(target).split(/[?#]/, 1)[0]!;
  return method + path.split('/').map(segment).join('/');
}

/** The path of a target in absolute form, as proxies send it. */
function pathOf(target: string): string {
  const scheme = target.indexOf('://');
  if (scheme < 0 || target.startsWith('/')) return target;
  const slash = target.indexOf('/', scheme + 3);
  return slash < 0 ? '/' : target.slice(slash);
}

function segment(text: string): string {
  return looksLikeData(text) ? ':id' : text;
}

function looksLikeData(text: string): boolean {
  if (/^\d+$/.test(text)) return true;
  if (/^[0-9a-f]{8}-[0-9a-f-]{20,}$/i.test(text)) return true;
  if (text.length >= 8 && /^[0-9a-f]+$/i.test(text) && /\d/.test(text)) return true;
  // A long token: letters mixed with digits, no file extension.
  return text.length >= 16 && /\d/.test(text) && /^[\w-]+$/.test(text);
}
