import type { Runtime } from 'node:inspector';

/** Longer texts are cut in lists; the whole is there when it is asked for. */
const MAX_TEXT = 200;

/** How a value is shown in a line: `'text'`, `{a: 1, b: Array(3)}`, `Map(2) {1 => 'a'}`. */
export function describeValue(value: Runtime.RemoteObject, length: 'short' | 'whole' = 'short'): string {
  const cut = (text: string): string =>
    length === 'short' && text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
  switch (value.type) {
    case 'undefined':
      return 'undefined';
    case 'string':
      return cut(quote(String(value.value)));
    case 'function':
      return cut(signature(value.description ?? 'function'));
    case 'object':
      if (value.subtype === 'null') return 'null';
      if (value.subtype === 'error') {
        const text = value.description ?? 'Error';
        return length === 'whole' ? text : cut(text.split('\n', 1)[0]!);
      }
      return cut(
        value.preview ? describePreview(value.preview) : (value.description ?? value.className ?? 'Object'),
      );
    default:
      return value.unserializableValue ?? value.description ?? String(value.value);
  }
}

function describePreview(preview: Runtime.ObjectPreview): string {
  const { description = 'Object', subtype, properties, overflow } = preview;
  if (subtype === 'regexp' || subtype === 'date') return description;
  const more = overflow ? ['…'] : [];
  if (preview.entries) {
    const entries = preview.entries.map(({ key, value }) =>
      key ? `${describeNested(key)} => ${describeNested(value)}` : describeNested(value),
    );
    return `${description} {${[...entries, ...more].join(', ')}}`;
  }
  if (subtype === 'array' || subtype === 'typedarray') {
    const items = properties.map((p) =>
      /^\d+$/.test(p.name) ? describeProperty(p) : `${p.name}: ${describeProperty(p)}`,
    );
    return `${description} [${[...items, ...more].join(', ')}]`;
  }
  const fields = properties.map((p) => `${p.name}: ${describeProperty(p)}`);
  const name = description === 'Object' ? '' : `${description} `;
  return `${name}{${[...fields, ...more].join(', ')}}`;
}

function describeNested(preview: Runtime.ObjectPreview): string {
  if (preview.type === 'string') return quote(preview.description ?? '');
  return preview.properties.length > 0 ? describePreview(preview) : (preview.description ?? preview.type);
}

function describeProperty(property: Runtime.PropertyPreview): string {
  if (property.type === 'accessor') return '(getter)';
  if (property.type === 'string') return quote(property.value ?? '');
  if (property.type === 'function') return 'ƒ';
  if (property.type === 'object' && property.value === 'Object') return '{…}';
  return property.value ?? property.type;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
}

/** `async load(id)` of a function's source; `class Pool`. */
function signature(source: string): string {
  if (source.startsWith('class')) return source.slice(0, source.search(/\{|$/)).trim();
  const arrow = /^(async\s+)?(\([^()]*\)|[\w$]+)\s*=>/.exec(source);
  if (arrow) return `ƒ ${arrow[0]}`;
  const head = source.slice(0, source.search(/\)|$/) + 1).replace(/\s+/g, ' ');
  return `ƒ ${head.replace(/^(async )?function ?/, '$1')}`;
}
