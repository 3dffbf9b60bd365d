import type { Linter } from 'eslint';
import { PRESETS, RULES } from './presets.ts';
import type { PresetName } from './protocol.ts';

/**
 * The rules as a plugin for ESLint's flat configuration, each file seen for itself:
 *
 * ```
 *   import looplens from 'looplens/eslint';
 *   export default [looplens.configs.recommended];
 * ```
 */
const plugin = {
  meta: { name: 'looplens', version: LOOPLENS_VERSION },
  rules: RULES,
  configs: {} as Record<PresetName, Linter.Config>,
};

for (const preset of ['recommended', 'strict'] as const) {
  plugin.configs[preset] = {
    name: `looplens/${preset}`,
    plugins: { looplens: plugin as never },
    rules: Object.fromEntries(
      Object.entries(PRESETS[preset]).map(([name, options]) => [`looplens/${name}`, ['warn', ...options]]),
    ),
  };
}

export default plugin;
