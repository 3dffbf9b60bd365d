import type { Node } from '../source/ast.ts';
import { propertyName, staticString, unwrap } from '../source/ast.ts';
import { patternNames } from '../source/names.ts';
import type { FileIndex, Value } from './file-index.ts';
import type { Describe } from './values.ts';

/** What a file exports, by `export`, `module.exports` and `exports.name`. */
export function indexExports(
  nodes: readonly Node[],
  describe: Describe,
): Pick<FileIndex, 'exports' | 'stars'> {
  const exports: Record<string, Value> = {};
  const stars: string[] = [];
  const put = (name: string, value: Value | null): void => {
    if (value && name !== '__proto__') exports[name] = value;
  };
  for (const node of nodes) {
    switch (node.type) {
      case 'ExportAllDeclaration': {
        const exported = node.exported;
        if (exported) put(nameOf(exported), ['module', node.source.value]);
        else stars.push(node.source.value);
        break;
      }
      case 'ExportDefaultDeclaration':
        put('default', describe(node.declaration));
        break;
      case 'TSExportAssignment':
        put('default', describe(node.expression));
        break;
      case 'ExportNamedDeclaration':
        for (const { local, exported } of node.specifiers) {
          const source = staticString(node.source);
          put(nameOf(exported), source === undefined ? describe(local) : fromModule(source, nameOf(local)));
        }
        exportDeclaration(node.declaration, put, describe);
        break;
      case 'AssignmentExpression':
        exportAssignment(node.left, node.right, put, describe);
        break;
      default:
    }
  }
  return { exports, stars };
}

type Put = (name: string, value: Value | null) => void;

function exportDeclaration(declaration: Node | null, put: Put, describe: Describe): void {
  if (declaration?.type === 'VariableDeclaration') {
    for (const { id, init } of declaration.declarations) {
      if (id.type === 'Identifier') put(id.name, init && describe(init));
      else for (const name of patternNames(id)) put(name, init && member(describe(init), name));
    }
  } else if (declaration && 'id' in declaration && declaration.id && 'name' in declaration.id) {
    put(declaration.id.name, describe(declaration));
  }
}

/** `module.exports = …`, `module.exports.name = …`, `exports.name = …`; of chains every link. */
function exportAssignment(left: Node, right: Node, put: Put, describe: Describe): void {
  const target = unwrap(left);
  if (target.type !== 'MemberExpression') return;
  const name = propertyName(target);
  if (name === undefined) return;
  if (isName(target.object, 'module') && name === 'exports') {
    const value = describe(right);
    put('default', value);
    // Its members can be imported by name.
    if (value?.[0] === 'object') for (const [key, own] of Object.entries(value[1])) put(key, own);
    return;
  }
  const object = unwrap(target.object);
  const onExports =
    isName(object, 'exports') ||
    (object.type === 'MemberExpression' &&
      isName(object.object, 'module') &&
      propertyName(object) === 'exports');
  if (onExports) put(name, describe(right));
}

const isName = (node: Node, name: string): boolean => node.type === 'Identifier' && node.name === name;

const fromModule = (source: string, name: string): Value => ['module', source, name];

const member = (value: Value | null, name: string): Value | null => value && ['get', value, name];

const nameOf = (node: Node): string => (node.type === 'Identifier' ? node.name : (staticString(node) ?? ''));
