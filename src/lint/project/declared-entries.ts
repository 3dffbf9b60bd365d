import type { TSESTree } from '@typescript-eslint/utils';
import type { Node } from '../source/ast.ts';
import { isFunction, lastName, propertyName, staticString, unwrap } from '../source/ast.ts';
import type { EntryPoint, FileIndex, Value } from './file-index.ts';
import { CLASS_DECORATORS, FILE_CONVENTIONS, METHOD_DECORATORS, REQUEST_INTERFACES } from './frameworks.ts';

type Entries = FileIndex['entries'];

/** Methods that a framework calls because of a decorator or an interface: `@Get('/x')`, `implements CanActivate`. */
export function decoratedEntries(functions: ReadonlyMap<Node, number>): Entries {
  const entries: Entries = [];
  for (const [node, fn] of functions) {
    const method = isFunction(node) && node.parent.type === 'MethodDefinition' ? node.parent : undefined;
    if (!method) continue;
    const entry = entryOf(method, method.parent.parent);
    if (entry) entries.push({ fn, entry });
  }
  return entries;
}

/** Exports that a framework calls because of where the file stands. */
export function conventionalEntries(file: string, exports: Readonly<Record<string, Value>>): Entries {
  const path = file.replaceAll('\\', '/');
  const entries: Entries = [];
  for (const convention of FILE_CONVENTIONS) {
    if (!convention.path.test(path)) continue;
    for (const [name, value] of Object.entries(exports)) {
      if (!convention.names.test(name)) continue;
      const label = /^[A-Z]+$/.test(name) ? `${name} ${convention.label}` : convention.label;
      for (const fn of functionsOf(value)) entries.push({ fn, entry: { step: 'http-request', label } });
    }
  }
  return entries;
}

function entryOf(
  method: TSESTree.MethodDefinition,
  owner: TSESTree.ClassDeclaration | TSESTree.ClassExpression,
): EntryPoint | undefined {
  for (const decorator of method.decorators) {
    const name = decoratorName(decorator);
    const step = METHOD_DECORATORS.get(name);
    if (step) return { step, label: decoratorLabel(name, step, decorator, owner) };
  }
  const name = propertyName(method) ?? '';
  for (const decorator of owner.decorators) {
    const known = CLASS_DECORATORS.get(decoratorName(decorator));
    if (known?.method.test(name)) return { step: 'event', label: known.label };
  }
  for (const { expression } of owner.implements) {
    const kind = lastName(expression) ?? '';
    if (REQUEST_INTERFACES.get(kind) === name) return { step: 'http-request', label: kind };
  }
  return undefined;
}

/** `GET /cats/:id` of `@Get(':id')` in `@Controller('cats')`. */
function decoratorLabel(
  name: string,
  step: EntryPoint['step'],
  decorator: TSESTree.Decorator,
  owner: TSESTree.ClassDeclaration | TSESTree.ClassExpression,
): string {
  const own = decoratorText(decorator);
  if (step !== 'http-request') return own === undefined ? name : `${name} '${own}'`;
  const controller = owner.decorators.find((one) => decoratorName(one) === 'Controller');
  if (!controller) return own === undefined ? name : `${name} ${own}`;
  const path = [decoratorText(controller), own]
    .map((part) => (part ?? '').replace(/^\/|\/$/g, ''))
    .filter((part) => part !== '')
    .join('/');
  return `${name.toUpperCase()} /${path}`;
}

function decoratorName({ expression }: TSESTree.Decorator): string {
  const node = unwrap(expression);
  return lastName(node.type === 'CallExpression' ? node.callee : node) ?? '';
}

function decoratorText({ expression }: TSESTree.Decorator): string | undefined {
  return expression.type === 'CallExpression' ? staticString(expression.arguments[0]) : undefined;
}

/** Functions that a value surely is, also through a call that wraps them. */
function functionsOf(value: Value): number[] {
  switch (value[0]) {
    case 'fn':
      return [value[1]];
    case 'made':
      return value[2].flatMap(functionsOf);
    case 'any':
      return value[1].flatMap(functionsOf);
    default:
      return [];
  }
}
