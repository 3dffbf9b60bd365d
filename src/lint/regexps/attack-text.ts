/** A text that makes a regular expression slow: each part is its prefix and then its pump, `base + bias` times. */
export interface Attack {
  pumps: readonly { prefix: string; pump: string; bias: number }[];
  suffix: string;
  base: number;
}

/** The attack as JavaScript that makes it: `'a'.repeat(40) + '!'`. In ASCII, without line breaks. */
export function attackText({ pumps, suffix, base }: Attack): string {
  const parts: string[] = [];
  let plain = '';
  const end = (): void => {
    if (plain !== '') parts.push(quoted(plain));
    plain = '';
  };
  for (const { prefix, pump, bias } of pumps) {
    let times = base + bias;
    plain += prefix;
    // `'a' + 'a'.repeat(31)` is said shorter.
    for (; pump !== '' && plain.endsWith(pump); times++) plain = plain.slice(0, -pump.length);
    if (times < 2) {
      plain += pump.repeat(Math.max(0, times));
      continue;
    }
    end();
    parts.push(`${quoted(pump)}.repeat(${times})`);
  }
  plain += suffix;
  end();
  return parts.length === 0 ? "''" : parts.join(' + ');
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  "'": "\\'",
  '\\': '\\\\',
  // Ends a code span in a hover.
  '`': '\\x60',
};

function quoted(text: string): string {
  let inside = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const hex = unit.toString(16);
    inside +=
      ESCAPED[text[at]!] ??
      (unit >= 0x20 && unit < 0x7f
        ? text[at]!
        : unit < 0x100
          ? `\\x${hex.padStart(2, '0')}`
          : `\\u${hex.padStart(4, '0')}`);
  }
  return `'${inside}'`;
}
