/**
 * Makes a test for relative paths with slashes: `*` and `?` within a name, `**` across folders, `{a,b}`. A glob without
 * a slash holds in every folder, and one that names a folder holds for all below it, as in `.gitignore`.
 */
export function globMatcher(glob: string): (relative: string) => boolean {
  const trimmed = glob.replace(/^\.?\//, '').replace(/\/$/, '');
  const anchored = trimmed.includes('/') || glob.startsWith('/') ? '' : '(?:.*/)?';
  const pattern = new RegExp(`^${anchored}${translate(trimmed)}(?:/.*)?$`);
  return (relative) => pattern.test(relative);
}

function translate(glob: string): string {
  let depth = 0;
  return glob.replace(/\*\*\/|\*\*|[*?{},.+^$()|[\]\\]/g, (sign) => {
    switch (sign) {
      case '**/':
        return '(?:.*/)?';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      case '{':
        depth++;
        return '(?:';
      case '}':
        return depth-- > 0 ? ')' : '\\}';
      case ',':
        return depth > 0 ? '|' : ',';
      default:
        return `\\${sign}`;
    }
  });
}
