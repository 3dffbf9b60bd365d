import { execFile } from 'node:child_process';
import fs from 'node:fs/promises';
import os from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process of this machine that looks like Node.js. */
export interface NodeProcess {
  pid: number;
  parent: number;
  /** Program and arguments. */
  argv: string[];
  cwd?: string;
  /** The program's file, where the system tells it. */
  executable?: string;
  /** Its `NODE_OPTIONS`, where the system tells them. */
  options?: string;
}

/** Lists the Node processes of this user: by `/proc` on Linux, `ps` on macOS and BSD, CIM on Windows. */
export async function listNodeProcesses(): Promise<NodeProcess[]> {
  if (process.platform === 'linux') return fromProc();
  if (process.platform === 'win32') return parseCim(await output('powershell.exe', CIM_QUERY));
  return parsePs(await output('ps', ['-x', '-o', 'pid=,ppid=,uid=,command=', '-ww']), os.userInfo().uid);
}

/** Ports on which a process listens; undefined where the system does not tell. */
export async function listeningPorts(pid: number): Promise<number[] | undefined> {
  if (process.platform === 'linux') return portsFromProc(pid);
  if (process.platform === 'win32') return parseNetstat(await output('netstat', ['-ano', '-p', 'TCP']), pid);
  return parseLsof(await output('lsof', ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn']));
}

/**
 * Whether a process has a handler for the signal that opens Node's inspector, which ends any other. A Node that is just
 * starting has none yet. Undefined where the system does not tell.
 */
export async function catchesDebugSignal(pid: number): Promise<boolean | undefined> {
  if (process.platform !== 'linux') return undefined;
  const status = await fs.readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const caught = /^SigCgt:\s*([0-9a-f]+)/m.exec(status)?.[1];
  return caught === undefined ? undefined : (BigInt(`0x${caught}`) & DEBUG_SIGNAL) !== 0n;
}

const DEBUG_SIGNAL = 1n << BigInt(os.constants.signals.SIGUSR1 - 1);

/** True for the Node binary and for programs that carry it under its name. */
export function isNodeExecutable(name: string): boolean {
  const base = name.split(/[\\/]/).pop() ?? '';
  return /^(node|nodejs|node-?v?\d+[\d.]*)(\.exe)?$/i.test(base);
}

async function fromProc(): Promise<NodeProcess[]> {
  const uid = process.getuid?.();
  const found: NodeProcess[] = [];
  for (const name of await fs.readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const folder = `/proc/${name}`;
      if (uid !== undefined && uid !== 0 && (await fs.stat(folder)).uid !== uid) continue;
      const executable = await fs.readlink(`${folder}/exe`);
      if (!isNodeExecutable(executable.replace(/ \(deleted\)$/, ''))) continue;
      const [commandLine, status, cwd, environment] = await Promise.all([
        fs.readFile(`${folder}/cmdline`, 'utf8'),
        fs.readFile(`${folder}/status`, 'utf8'),
        fs.readlink(`${folder}/cwd`),
        fs.readFile(`${folder}/environ`, 'utf8').catch(() => ''),
      ]);
      const argv = commandLine.split('\0').slice(0, -1);
      const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
      const options = /(?:^|\0)NODE_OPTIONS=([^\0]+)/.exec(environment)?.[1];
      found.push({
        pid: Number(name),
        parent,
        argv,
        cwd,
        executable,
        ...(options !== undefined && { options }),
      });
    } catch {
      // It ended meanwhile, or belongs to somebody else.
    }
  }
  return found;
}

async function portsFromProc(pid: number): Promise<number[] | undefined> {
  try {
    const inodes = new Set<string>();
    for (const fd of await fs.readdir(`/proc/${pid}/fd`)) {
      const link = await fs.readlink(`/proc/${pid}/fd/${fd}`).catch(() => '');
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode) inodes.add(inode);
    }
    const ports = new Set<number>();
    for (const table of ['tcp', 'tcp6']) {
      const text = await fs.readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '');
      for (const port of parseProcNet(text, inodes)) ports.add(port);
    }
    return [...ports];
  } catch {
    return undefined;
  }
}

/** Listening ports in `/proc/net/tcp` that belong to one of the sockets. */
export function parseProcNet(text: string, inodes: ReadonlySet<string>): number[] {
  const LISTEN = '0A';
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells[3] === LISTEN && inodes.has(cells[9] ?? ''))
    .map((cells) => Number.parseInt((cells[1] ?? '').split(':')[1] ?? '', 16));
}

/** `pid ppid uid command`, one process a line. The command is split at spaces: `ps` does not tell better. */
export function parsePs(text: string, uid: number): NodeProcess[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.+)$/.exec(line);
    if (!match || (uid !== 0 && Number(match[3]) !== uid)) return [];
    const argv = match[4]!.split(' ');
    return isNodeExecutable(argv[0]!) ? [{ pid: Number(match[1]), parent: Number(match[2]), argv }] : [];
  });
}

const CIM_QUERY = [
  '-NoProfile',
  '-NonInteractive',
  '-Command',
  'Get-CimInstance Win32_Process -Filter "Name LIKE \'node%\'" | Select-Object ProcessId,ParentProcessId,ExecutablePath,CommandLine | ConvertTo-Json -Compress',
];

/** The answer of PowerShell's `ConvertTo-Json`: one object or an array of them. */
export function parseCim(text: string): NodeProcess[] {
  if (text.trim() === '') return [];
  const answer = JSON.parse(text) as CimProcess | CimProcess[];
  return (Array.isArray(answer) ? answer : [answer])
    .filter((entry) => isNodeExecutable(entry.ExecutablePath ?? ''))
    .map((entry) => ({
      pid: entry.ProcessId,
      parent: entry.ParentProcessId,
      argv: splitWindowsCommandLine(entry.CommandLine ?? ''),
      executable: entry.ExecutablePath!,
    }));
}

interface CimProcess {
  ProcessId: number;
  ParentProcessId: number;
  ExecutablePath: string | null;
  CommandLine: string | null;
}

function splitWindowsCommandLine(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2]!);
}

/** Lines `TCP local remote LISTENING pid` of Windows' netstat. */
export function parseNetstat(text: string, pid: number): number[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim().split(/\s+/))
    .filter((cells) => cells[0] === 'TCP' && cells[2]?.endsWith(':0') && Number(cells.at(-1)) === pid)
    .map((cells) => Number(cells[1]!.split(':').pop()));
}

/** `n` fields of `lsof -F`: `n127.0.0.1:9229`. */
export function parseLsof(text: string): number[] {
  return [...text.matchAll(/^n.*:(\d+)$/gm)].map((match) => Number(match[1]));
}

async function output(command: string, args: string[]): Promise<string> {
  try {
    return (await run(command, args, { windowsHide: true, timeout: 15_000, maxBuffer: 16 << 20 })).stdout;
  } catch {
    return '';
  }
}
