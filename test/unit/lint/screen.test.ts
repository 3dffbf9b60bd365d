import { describe, expect, it } from 'vitest';
import { rememberingScreen, screenRegexp } from '../../../src/lint/regexps/screen.ts';

const growth = (source: string, flags = ''): string | undefined => {
  const said = screenRegexp(source, flags);
  return said === 'undecided' ? said : said?.growth;
};

describe('the fast check of regular expressions', () => {
  it.each([
    String.raw`^(a+)+$`,
    String.raw`^(\w|\d)+$`,
    String.raw`^(a|aa)+$`,
    String.raw`^([a-z]|[a-m])+$`,
    String.raw`^(a|b|ab)*c$`,
    String.raw`"(?:[^"\\]|\\.|[^"])*"`,
    String.raw`(\w+\s*)*=`,
    String.raw`^(?:\s*\* ?)*$`,
  ])('finds exponential time in %s', (source) => expect(growth(source)).toBe('exponential'));

  it.each([String.raw`\s+$`, String.raw`a.*b.*c`, String.raw`<[^>]*>$`, String.raw`^\w+\d+$`])(
    'finds polynomial time in %s',
    (source) => expect(growth(source)).toBe('polynomial'),
  );

  it.each([
    String.raw`^[a-z]+(?:-[a-z]+)*$`,
    String.raw`^(a|b)*$`,
    String.raw`^(?:.|\n)*$`,
    String.raw`^"(?:[^"\\]|\\.)*"`,
    String.raw`^(?:foo|bar|baz)+$`,
    String.raw`^(?:\w|\d)+`,
    'abc',
    '(a+',
  ])('leaves in peace: %s', (source) => expect(growth(source)).toBeUndefined());

  it.each([
    ['a long one', `^${'a?'.repeat(310)}b*$`],
    ['a reference to what was read', String.raw`^(a*)\1b$`],
    ['more places than it looks at', `^(?:${'ab?'.repeat(50)})*$`],
    ['a group that is repeated up to a high number', '^(?:a|a?b?){1,50}$'],
  ])('leaves %s to the full check', (_, source) => expect(growth(source)).toBe('undecided'));

  it.each([`(${'a?'.repeat(310)}b*`, String.raw`(a*)\1[b-a]`, '(?:a?){1,50}('])(
    'does not leave to the full check what is no expression: %s',
    (source) => expect(growth(source)).toBeUndefined(),
  );

  it('remembers, and says the same', () => {
    const screen = rememberingScreen(2);
    const first = screen('^(a+)+$', '');
    expect(first).toMatchObject({ growth: 'exponential' });
    expect(screen('^(a+)+$', '')).toBe(first);
    expect(screen('^(?:a|A)+$', 'i')).toMatchObject({ growth: 'exponential' });
    // Forgets when there are too many.
    expect(screen('^(?:a|A)+$', '')).toBeUndefined();
    expect(screen('^(a+)+$', '')).not.toBe(first);
  });

  it('knows flags: what overlaps without regard to case', () => {
    expect(growth('^(?:a|A)+$')).toBeUndefined();
    expect(growth('^(?:a|A)+$', 'i')).toBe('exponential');
  });
});
