import type { ChosenRule } from './run-rules.ts';

/**
 * What is wrong with a rule's options, in words; undefined when they are as its schema says. Knows as much of JSON
 * schema as our rules use.
 */
export function wrongOptions({ name, rule, options }: ChosenRule): string | undefined {
  const [schema] = rule.meta.schema as readonly OptionsSchema[];
  const [given] = options;
  if (options.length > (schema ? 1 : 0))
    return `The rule ${name} takes ${schema ? 'one object of options' : 'no options'}.`;
  if (given === undefined || !schema) return undefined;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return `The options of the rule ${name} must be an object.`;
  for (const [key, value] of Object.entries(given)) {
    const own = schema.properties[key];
    if (!own) {
      const known = Object.keys(schema.properties).join(', ');
      return `The rule ${name} has no option "${key}". It has: ${known}.`;
    }
    if (own.enum && !own.enum.includes(value))
      return `The option "${key}" of the rule ${name} must be one of: ${own.enum.join(', ')}.`;
    if (
      own.type === 'integer' &&
      !(Number.isInteger(value) && (value as number) >= (own.minimum ?? -Infinity))
    )
      return `The option "${key}" of the rule ${name} must be a whole number of at least ${own.minimum ?? 'any size'}.`;
  }
  return undefined;
}

interface OptionsSchema {
  properties: Record<string, { enum?: unknown[]; type?: string; minimum?: number }>;
}
