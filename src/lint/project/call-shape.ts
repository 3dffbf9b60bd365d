import type { Call, Node } from '../source/ast.ts';
import {
  enclosingFunction,
  isFunction,
  lastName,
  propertyName,
  staticString,
  unwrap,
} from '../source/ast.ts';
import type { CallShape } from './file-index.ts';

/** What tells, of a call, what it does with a function that it is given. */
export function shapeOf(call: Call): CallShape {
  const callee = unwrap(call.callee);
  const method = callee.type === 'MemberExpression';
  const texts = call.arguments.map(constantText);
  const route = method ? routeBelow(callee) : undefined;
  const options = stringProperties(call.arguments);
  return {
    name: lastName(callee) ?? '',
    receiver: method ? (lastName(callee.object) ?? '') : '',
    how: call.type === 'NewExpression' ? 'new' : method ? 'method' : 'function',
    texts,
    functions: call.arguments.slice(typeof texts[0] === 'string' ? 1 : 0).filter(mayBeFunction).length,
    ...(route === undefined ? {} : { route }),
    ...(options ? { options } : {}),
    ...(startsItselfAgain(call) ? { again: true as const } : {}),
    ...(call.arguments.some(takesRequest) ? { handles: true as const } : {}),
  };
}

/** `(req, res) => …`, also below a wrapper: `asyncHandler(async (req, res) => …)`. */
function takesRequest(node: Node): boolean {
  if (node.type === 'CallExpression')
    return node.arguments.some((one) => isFunction(one) && takesRequest(one));
  if (!isFunction(node)) return false;
  const [first, second] = node.params;
  return (
    first?.type === 'Identifier' &&
    second?.type === 'Identifier' &&
    /^_?req(?:uest)?$/.test(first.name) &&
    /^_?(?:res(?:ponse)?|reply)$/.test(second.name)
  );
}

const mayBeFunction = (node: Node): boolean =>
  isFunction(node) || ['Identifier', 'MemberExpression', 'CallExpression'].includes(node.type);

function constantText(node: Node): string | null {
  const text = staticString(node);
  if (text !== undefined) return text.slice(0, LONGEST_TEXT);
  if (node.type === 'Literal') return node.raw.slice(0, LONGEST_TEXT);
  return productOf(node)?.toString() ?? pathBelow(node);
}

/** `24 * 60 * 60 * 1000` */
function productOf(node: Node, depth = 0): number | undefined {
  if (node.type === 'Literal') return typeof node.value === 'number' ? node.value : undefined;
  if (node.type !== 'BinaryExpression' || node.operator !== '*' || depth > 6) return undefined;
  const [left, right] = [productOf(node.left, depth + 1), productOf(node.right, depth + 1)];
  return left === undefined || right === undefined ? undefined : left * right;
}

/** `*\/restore` of a template whose beginning is computed: the path below where an API is mounted. */
function pathBelow(node: Node): string | null {
  if (node.type !== 'TemplateLiteral' || node.expressions.length !== 1) return null;
  const [start, rest] = node.quasis.map(({ value }) => value.cooked);
  return start === '' && rest?.startsWith('/') ? `*${rest}`.slice(0, LONGEST_TEXT) : null;
}

/** Labels are read by people. */
const LONGEST_TEXT = 80;

/** `app.route('/x').get(handler)`: the path stands in the call below. */
function routeBelow(callee: Node): string | undefined {
  for (let at = unwrap(callee); at.type === 'MemberExpression' || at.type === 'CallExpression';) {
    if (at.type === 'CallExpression' && lastName(at.callee) === 'route') {
      return at.arguments[0] ? (constantText(at.arguments[0]) ?? undefined) : undefined;
    }
    at = unwrap(at.type === 'CallExpression' ? at.callee : at.object);
  }
  return undefined;
}

function stringProperties(nodes: readonly Node[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const given of nodes) {
    // Of several routes in a list nobody can tell which one a function is for.
    const node = given.type === 'ArrayExpression' && given.elements.length === 1 ? given.elements[0] : given;
    if (node?.type !== 'ObjectExpression') continue;
    for (const property of node.properties) {
      const name = property.type === 'Property' ? propertyName(property) : undefined;
      const text = property.type === 'Property' ? constantText(property.value) : null;
      if (name && text !== null && /^(?:method|url|path)$/.test(name)) found[name] = text;
    }
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

/** `function poll() { …; setTimeout(poll, 100); }` */
function startsItselfAgain(call: Call): boolean {
  const [first] = call.arguments;
  if (first?.type !== 'Identifier') return false;
  const around = enclosingFunction(call);
  const own =
    around?.id?.name ??
    (around?.parent.type === 'VariableDeclarator' && around.parent.id.type === 'Identifier'
      ? around.parent.id.name
      : undefined);
  return own === first.name;
}
