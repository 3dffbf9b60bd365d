import type { Cause } from '../../model/finding.ts';
import type { Frame } from '../../model/location.ts';
import {
  causeOfFrame,
  isBuiltinLoader,
  isHandOver,
  isLoader,
  isRecorder,
  isTrampoline,
  lastName,
} from './frame-cause.ts';

/** A stack, reduced to what a finding needs: the functions that can be blamed, and what the innermost of them called. */
export interface CallPath {
  /** `code`, or what the profiler says where no code ran. */
  kind: 'code' | 'idle' | 'native' | 'gc';
  /** Functions of the user's own code, outermost first, recursion folded; those of packages where there is no own code. */
  levels: Level[];
  below: Below;
  /** Ran while a module was loaded. */
  loading: boolean;
}

export interface Level {
  /** The same for the same function, whatever line of it is meant. */
  key: string;
  frame: Frame;
  /** Name of the function that it called next, as the source may spell it; '' for none or anonymous. */
  callee: string;
  /** Where an anonymous function that it called next begins, in the same file: callbacks are written where they are passed. */
  callback?: number;
}

/** What ran below the innermost level. */
export interface Below {
  /** The same for the same kind of work. */
  key: string;
  cause: Cause;
  /** The level itself was on top: no call is to blame but its own code. */
  self: boolean;
  /** Node's own JavaScript was called, other than a synchronous call that is known to hold the loop. */
  inNode: boolean;
  /** The library that was called, with the frame where it was entered. */
  library?: Frame;
  /** The built-in that did the work: `readFileSync`. */
  builtin?: string;
}

/** Keys tell functions apart; `startLine` is where the function begins, where that is what the frame's line means. */
export function functionKey(frame: Frame, lines: 'start' | 'exact'): string {
  return `${frame.file}\n${frame.function ?? ''}\n${lines === 'start' ? frame.line : 0}`;
}

/**
 * Reduces a stack.
 *
 * @param frames outermost first
 * @param lines `start` for frames of a profile, whose line is where the function begins; `exact` for those of a stack trace
 */
export function callPath(frames: readonly Frame[], lines: 'start' | 'exact'): CallPath {
  if (frames.some(isRecorder)) {
    const theirs = withoutRecorder(frames);
    return theirs.length === 0 ? NOBODY : callPath(theirs, lines);
  }
  const leaf = frames.at(-1);
  const kind = leaf ? pathKind(leaf) : 'native';
  if (kind !== 'code') return { kind, levels: [], below: NOTHING, loading: false };

  const cut = loadingCut(frames);
  const visible = cut === undefined ? frames : frames.slice(0, cut);
  const owner = visible.some((f) => f.owner === 'own') ? 'own' : 'package';
  const levels: Level[] = [];
  let innermost = -1;
  visible.forEach((frame, i) => {
    if (frame.owner !== owner) return;
    const next = frames[i + 1];
    if (owner === 'own' && next && isHandOver(next)) return;
    innermost = i;
    const key = functionKey(frame, lines);
    const callee = lastName(next?.function);
    const callback = lines === 'start' && callee === '' && next?.file === frame.file ? next.line : undefined;
    // Of a function that calls itself, the innermost run counts: that one made the call below.
    const known = levels.findIndex((level) => level.key === key);
    if (known >= 0) levels.splice(known, 1);
    levels.push({ key, frame, callee, ...(callback !== undefined && { callback }) });
  });
  // Only middleware that handed over: the work below belongs to the packages.
  if (levels.length === 0 && owner === 'own') return callPath(withoutOwn(visible), lines);

  const loading = frames.some(isLoader);
  const below = describeBelow(frames.slice(innermost + 1), levels.length > 0);
  const cause = loading && below.cause === 'javascript' ? 'module-load' : below.cause;
  if (cut === undefined) return { kind, levels, below: { ...below, cause }, loading };
  return { kind, levels, below: isLoader(frames[cut]!) ? LOADING : LOADING_NODE, loading: true };
}

const NOTHING: Below = { key: '', cause: 'native', self: false, inNode: false };
const LOADING: Below = { key: 'loading', cause: 'module-load', self: false, inNode: false };
/** Once in a process, and nobody's fault. */
const LOADING_NODE: Below = { key: 'loading node', cause: 'module-load', self: false, inNode: true };

/** The recorder's own time: not the program's. */
const NOBODY: CallPath = {
  kind: 'idle',
  levels: [],
  below: NOTHING,
  loading: false,
};

function pathKind(leaf: Frame): CallPath['kind'] {
  if (leaf.owner !== 'synthetic') return 'code';
  if (leaf.function === '(garbage collector)') return 'gc';
  if (leaf.function === '(idle)') return 'idle';
  return 'native';
}

/** Where own code began to load a module: everything deeper is that module's. */
function loadingCut(frames: readonly Frame[]): number | undefined {
  const own = frames.findIndex((frame) => frame.owner === 'own');
  if (own < 0) return undefined;
  const loader = frames.findIndex((frame, i) => i > own && (isLoader(frame) || isBuiltinLoader(frame)));
  return loader < 0 ? undefined : loader;
}

/**
 * The recorder stands around the program's callbacks and is called by its code: around it, it is left out; what it does
 * itself ends the stack. What it does where no code of anyone is, is nobody's, but Node's own work is the program's: that
 * too is called through the hooks' trampoline.
 */
function withoutRecorder(all: readonly Frame[]): Frame[] {
  const first = all.findIndex((frame) => !isTrampoline(frame));
  const frames = first < 0 ? [] : all.slice(first);
  const innermost = frames.findLastIndex(({ owner }) => owner === 'own' || owner === 'package');
  const end = frames.findIndex((frame, i) => i > innermost && isRecorder(frame));
  const theirs = (end < 0 ? frames : frames.slice(0, end)).filter((frame) => !isRecorder(frame));
  return innermost < 0 && frames.findIndex(isRecorder) === 0 ? [] : theirs;
}

function withoutOwn(frames: readonly Frame[]): Frame[] {
  return frames.filter((frame) => frame.owner !== 'own');
}

function describeBelow(frames: readonly Frame[], hasLevels: boolean): Below {
  const [first] = frames;
  if (!first) return { key: 'self', cause: 'javascript', self: hasLevels, inNode: false };
  let cause: Cause | undefined;
  let builtin: string | undefined;
  for (const frame of frames) {
    const found = causeOfFrame(frame);
    if (!found) continue;
    cause = found;
    builtin ??= lastName(frame.function);
    // The outermost synchronous call is the one that the source shows.
    break;
  }
  // A regular expression is its own machine code: no call is seen, the line on top is that of its caller.
  const self = frames.every((frame) => frame.function?.startsWith('RegExp:'));
  const library = frames.find((frame) => frame.owner === 'package');
  const callee = self ? 'self' : lastName(first.function);
  const inner = cause ?? (first.owner === 'native' ? 'native' : 'javascript');
  return {
    key: `${callee} ${inner}`,
    cause: inner,
    self,
    inNode: first.owner === 'node' && cause === undefined,
    ...(library && { library }),
    ...(builtin && { builtin }),
  };
}
