import { expect, it } from 'vitest';
import { PRESETS, RULES } from '../../../src/lint/presets.ts';
import { RULE_NAMES } from '../../../src/lint/protocol.ts';

// `npx vitest run --project unit test/unit/lint/index.test.ts -u` writes the list anew.
it('has every rule in the list of rules', async () => {
  const rows = RULE_NAMES.map((name) => {
    const presets = (['recommended', 'strict'] as const).filter((preset) => PRESETS[preset][name]);
    return `| [${name}](rules/${name}.md) | ${RULES[name].meta.docs?.description ?? ''} | ${presets.join(', ') || 'by name only'} |`;
  });
  const page = [
    '# Rules',
    '',
    `${RULE_NAMES.length} rules; a test holds this list to them. Each name leads to its page, whose examples are executed.`,
    '',
    '| rule | what it does | in the presets |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
  await expect(page).toMatchFileSnapshot('../../../src/lint/RULES.md');
});
