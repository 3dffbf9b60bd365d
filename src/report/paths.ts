/**
 * A file as people and JSON see it: relative to `cwd` with forward slashes where it lies below, else as it is.
 * Both kinds of paths are understood on every system: a recording may come from another machine.
 */
export function relativePath(file: string, cwd: string): string {
  const windows = isWindowsPath(cwd);
  const base = (windows ? forward(cwd) : cwd).replace(/\/+$/, '');
  const whole = windows ? forward(file) : file;
  const start = `${base}/`;
  const below = windows ? whole.toLowerCase().startsWith(start.toLowerCase()) : whole.startsWith(start);
  return below ? whole.slice(start.length) : file;
}

/** A path as a URI reference: relative ones stay relative, absolute ones become `file:` URLs, URLs stay. */
export function uriOf(file: string): string {
  if (/^[a-z][a-z\d+.-]+:/i.test(file)) return file;
  const whole = isWindowsPath(file) ? forward(file) : file;
  const encoded = whole.split('/').map(encodeSegment).join('/');
  if (whole.startsWith('//')) return `file:${encoded}`;
  if (whole.startsWith('/')) return `file://${encoded}`;
  if (isWindowsPath(whole)) return `file:///${whole.slice(0, 2)}${encoded.slice(encoded.indexOf('/'))}`;
  return encoded;
}

/** Half a surrogate pair has no UTF-8 form. */
const encodeSegment = (segment: string): string =>
  encodeURIComponent(segment.replace(/\p{Surrogate}/gu, '\ufffd'));

const isWindowsPath = (path: string): boolean => /^([a-z]:[\\/]|\\\\)/i.test(path);
const forward = (path: string): string => path.replaceAll('\\', '/');
