import { UserError } from '../base/user-error.ts';

type Kind = 'number' | 'string' | 'list' | 'table';

/** What a request cannot do without; the rest is optional, as DAP has it. */
const REQUIRED: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  setBreakpoints: { source: 'table' },
  setFunctionBreakpoints: { breakpoints: 'list' },
  setExceptionBreakpoints: { filters: 'list' },
  stackTrace: { threadId: 'number' },
  scopes: { frameId: 'number' },
  variables: { variablesReference: 'number' },
  setVariable: { variablesReference: 'number', name: 'string', value: 'string' },
  evaluate: { expression: 'string' },
  completions: { text: 'string', column: 'number' },
  breakpointLocations: { source: 'table', line: 'number' },
  exceptionInfo: { threadId: 'number' },
  continue: { threadId: 'number' },
  next: { threadId: 'number' },
  stepIn: { threadId: 'number' },
  stepOut: { threadId: 'number' },
  pause: { threadId: 'number' },
  restartFrame: { frameId: 'number' },
  'looplens/selectTask': { threadId: 'number', index: 'number' },
};

/** Of the entries of lists. */
const ENTRIES: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  breakpoints: { line: 'number' },
  filterOptions: { filterId: 'string' },
};

/** @throws UserError when a client leaves out what its request needs, or sends something else for it */
export function requireArguments(command: string, args: unknown): void {
  if (!isKind(args, 'table')) throw wrong(command, 'arguments', 'table');
  const table = args as Record<string, unknown>;
  for (const [name, kind] of Object.entries(REQUIRED[command] ?? {})) {
    if (!isKind(table[name], kind)) throw wrong(command, name, kind);
  }
  const lists = command === 'setFunctionBreakpoints' ? { breakpoints: { name: 'string' as const } } : ENTRIES;
  if (!/^set.*Breakpoints$/.test(command)) return;
  for (const [name, fields] of Object.entries(lists)) {
    const list = table[name] ?? [];
    if (!Array.isArray(list)) throw wrong(command, name, 'list');
    for (const entry of list as unknown[]) {
      for (const [field, kind] of Object.entries(fields)) {
        if (!isKind((entry as Record<string, unknown> | null)?.[field], kind)) {
          throw wrong(command, `${name}[].${field}`, kind);
        }
      }
    }
  }
}

function isKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'number':
      return Number.isInteger(value);
    case 'string':
      return typeof value === 'string';
    case 'list':
      return Array.isArray(value);
    case 'table':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

function wrong(command: string, name: string, kind: Kind): UserError {
  const words = { number: 'a whole number', string: 'a text', list: 'a list', table: 'an object' }[kind];
  return new UserError(
    'usage',
    `The request "${command}" needs ${words} as "${name}".`,
    'Correct the client.',
  );
}
