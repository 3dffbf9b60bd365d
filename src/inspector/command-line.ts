import path from 'node:path';

/** What the arguments of a Node process tell. */
export interface NodeCommandLine {
  /** The main script as it was given; '' for a REPL, `-e` or `-p`. */
  script: string;
  /** Where its inspector listens or would listen: port 0 = any. */
  inspectHost: string;
  inspectPort: number;
  /** True when the inspector is open from the start. */
  inspecting: boolean;
}

/** Options of Node whose value is the next argument. */
const WITH_VALUE = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
  '--env-file',
  '--title',
  '--inspect-port',
  '--debug-port',
]);
const NO_SCRIPT = new Set(['-e', '--eval', '-p', '--print', '-pe', '-i', '--interactive']);
const DEFAULT_PORT = 9229;

/** Reads arguments as Node itself would. */
function readCommandLine(args: readonly string[]): NodeCommandLine {
  const result: NodeCommandLine = {
    script: '',
    inspectHost: '127.0.0.1',
    inspectPort: DEFAULT_PORT,
    inspecting: false,
  };
  for (let k = 0; k < args.length; k++) {
    const arg = args[k]!;
    const inspect = /^--(inspect|inspect-brk|inspect-wait|inspect-port|debug-port)(?:=(.*))?$/.exec(arg);
    if (inspect) {
      const onlyPort = inspect[1] === 'inspect-port' || inspect[1] === 'debug-port';
      if (!onlyPort) result.inspecting = true;
      const address = inspect[2] ?? (onlyPort ? args[++k] : undefined);
      if (address !== undefined) readAddress(address, result);
    } else if (NO_SCRIPT.has(arg)) {
      return result;
    } else if (WITH_VALUE.has(arg)) {
      k++;
    } else if (!arg.startsWith('-')) {
      result.script = arg;
      return result;
    }
  }
  return result;
}

/** The same of a process: its own arguments, and where these say nothing of an inspector, those in its `NODE_OPTIONS`. */
export function readProcessLine({
  argv,
  options = '',
}: {
  argv: readonly string[];
  options?: string;
}): NodeCommandLine {
  const line = readCommandLine(argv.slice(1));
  if (line.inspecting || line.inspectPort !== DEFAULT_PORT) return line;
  const words = options.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return { ...readCommandLine(words), script: line.script };
}

/** The script as an absolute path, where the working folder is known. */
export function resolveScript(script: string, cwd: string | undefined): string {
  if (script === '' || cwd === undefined) return script;
  return path.resolve(cwd, script);
}

function readAddress(address: string, result: NodeCommandLine): void {
  const match = /^(?:(.*):)?(\d+)$/.exec(address);
  if (match) {
    result.inspectPort = Number(match[2]);
    if (match[1]) result.inspectHost = match[1].replace(/^\[|\]$/g, '');
  } else if (address !== '') {
    result.inspectHost = address;
  }
}
