/**
 * From where on something is told. Times in ms, shares 0..1. Every number that decides whether a finding is told stands
 * here; what decides how it is measured stands with the measuring.
 */
export interface Thresholds {
  /** Seconds of recording without which shares of the loop's time mean little. */
  observedMs: number;
  blockedLoop: {
    /** A single hold that people notice. */
    longMs: number;
    /** Shorter ones are told when together they take this share of the loop's time. */
    shareOfShort: number;
    /** What was long only once (a cold cache, the first request) must be this long. */
    onceMs: number;
    /** Share of the loop's time that its other times must take to count. */
    shareBesideOnce: number;
    /** Loading modules when the program starts is expected; told from here. */
    startupMs: number;
    /**
     * Inside Node's own asynchronous calls, or without any code of the user's on the stack, a few holds are as likely the
     * machine's: they must be this many, and take this share of the loop's time.
     */
    timesElsewhere: number;
    shareElsewhere: number;
    /** Collections follow from the whole program; a line is named only from this share of the loop's time. */
    shareOfGc: number;
    /** A worker that only computes may be held, unless so many messages for requests, and this share of them, waited for it. */
    queued: { count: number; share: number };
  };
  syncIoInRequest: {
    loopShare: number;
    /** Or mean time per request that makes the call. */
    meanMs: number;
    /** Samples without which a figure is a guess. */
    samples: number;
    requests: number;
    /** In a library the user can do less about it: it must cost this many times more. */
    library: number;
  };
  serialAwaits: {
    /** Requests seen waiting, in all and at each line. */
    requests: number;
    requestsAtLine: number;
    /** What awaiting together would save per request: at least so much, and so much of the request's time. */
    savedMs: number;
    savedShare: number;
    /** A warning from here. */
    warnMs: number;
    warnShare: number;
  };
  neverSettled: {
    /** Younger waits may just be slow. */
    ageMs: number;
    /** Requests that wait at the same line. */
    requests: number;
    /** Where waits of this line do settle: how many times longer than the longest of those. */
    overdue: number;
    /** Waiters must have come one after the other over this time, or it may be one event that all wait for ... */
    spreadMs: number;
    /** ... unless they wait so many times longer than anybody did before. */
    unheardOf: number;
    /** An error from so many requests on. */
    errorRequests: number;
  };
  slowRequest: {
    /** Half of the requests take this long, or one in a hundred does. */
    p50Ms: number;
    p99Ms: number;
    /** Of fewer requests, the slowest tells nothing about one in a hundred. */
    p99Requests: number;
    /** ... and so few slow ones one after the other are chance. */
    p99Times: number;
    warnP50Ms: number;
    requests: number;
    /** Samples of waiting without which a line is a guess. */
    samples: number;
    /** Share of the waiting that one line must hold to be named. */
    lineShare: number;
    /**
     * Each function on the way has a promise of its own that waits as long as the innermost one, so samples that end at
     * the outer line do not speak against the inner one unless they are many more: then it also awaits something else.
     */
    nestedShare: number;
    /** A route that spends this share of its time behind other work is a victim. */
    victimShare: number;
  };
  cpuSaturated: {
    /** Share of time that the loop is busy, with work that is short in itself. */
    utilization: number;
    /** Share of time at work below which a loop that never waits only asks for something to do. */
    spinning: number;
    /** Share of the loop's time from which one place is worth naming as its main user. */
    placeShare: number;
  };
  gcPressure: {
    /** Share of the time in garbage collection: told, a warning, an error. */
    share: number;
    /** Told from here on where it is `share` of the time that the loop was busy. */
    leastShare: number;
    warnShare: number;
    errorShare: number;
    /** Collections without which it is chance. */
    collections: number;
  };
  microtaskStarvation: {
    /** A run of ticks and reactions that keeps timers and sockets waiting this long. */
    longMs: number;
    /** What happened only once must be this long, and take the share below. */
    onceMs: number;
    /** Or shorter ones that take this share of the loop's time. */
    share: number;
  };
  threadPoolSaturated: {
    tasks: number;
    /** Mean time that a task waits for a thread, and its share of the task's life. */
    queueMs: number;
    queueShare: number;
    /** Share of the time in which tasks wait. */
    fullShare: number;
    /** With the loop busier than this, ends are seen late, and short tasks cannot be judged. */
    busyLoop: number;
    clearServiceMs: number;
    /** Of the time, in holds: from here on tasks that take no longer than these cannot be judged either. */
    heldShare: number;
  };
  floatingPromise: {
    /** Requests that were answered while the promise was still at work. */
    requests: number;
  };
  unboundedConcurrency: {
    /** Started at once by one piece of work: told, a warning. */
    count: number;
    warnCount: number;
  };
  listenerGrowth: {
    /** Listeners of one event on one emitter; a warning from the second on, or when they were seen to grow. */
    count: number;
    warnCount: number;
    /** Where they could not be counted: executions that were seen to add one, and the time that these must span. */
    executions: number;
    spreadMs: number;
  };
  lostContext: {
    /** Executions in which the callback ran without the store. */
    samples: number;
    /** Times that the store was seen in the function that makes the callback; once without it is one too many. */
    makers: number;
  };
  handleLeak: {
    /** Handles created at one place that are still open, when they grow and when they are seen once. */
    growth: number;
    count: number;
    /** Nothing ran for this long at the end, and yet the process was kept alive. */
    quietMs: number;
  };
  timerDrift: {
    firings: number;
    /** Lateness that adds up to this share of the time. */
    share: number;
    /** One firing in ten is this late. */
    lateMs: number;
  };
  intervalOverlap: {
    /** Firings whose work was not done when the next one began: at least, and as a share of all. */
    overlaps: number;
    share: number;
    /** How far into the next interval it went on, as a share of it. */
    depth: number;
  };
  responseNotEnded: {
    ageMs: number;
    requests: number;
    /** How many times longer than the longest answer of the same route. */
    overdue: number;
  };
  health: {
    /** Delay that one timer in a hundred meets, and share of the loop's time in long holds, from which it is blocked. */
    delayP99Ms: number;
    heldShare: number;
    /** A loop that is never idle is not blocked where holds are a smaller part of its work. */
    heldOfBusy: number;
    gc: number;
    /** The loop is never idle, though nothing holds it for long. */
    saturated: number;
    /** The loop does nothing to speak of. */
    idle: number;
    /** Requests that spend this share of their time waiting, not running. */
    waiting: number;
  };
}

/** What is told where nobody has said otherwise. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  observedMs: 2_000,
  blockedLoop: {
    longMs: 20,
    shareOfShort: 0.05,
    onceMs: 100,
    shareBesideOnce: 0.01,
    startupMs: 200,
    timesElsewhere: 5,
    shareElsewhere: 0.02,
    shareOfGc: 0.02,
    queued: { count: 5, share: 0.1 },
  },
  syncIoInRequest: { loopShare: 0.01, meanMs: 0.3, samples: 5, requests: 3, library: 2 },
  serialAwaits: {
    requests: 5,
    requestsAtLine: 3,
    savedMs: 5,
    savedShare: 0.1,
    warnMs: 50,
    warnShare: 0.3,
  },
  neverSettled: { ageMs: 1_500, requests: 3, overdue: 3, spreadMs: 500, unheardOf: 50, errorRequests: 10 },
  slowRequest: {
    p50Ms: 100,
    p99Ms: 500,
    p99Requests: 50,
    p99Times: 3,
    warnP50Ms: 250,
    requests: 5,
    samples: 20,
    lineShare: 0.5,
    nestedShare: 0.6,
    victimShare: 0.5,
  },
  cpuSaturated: { utilization: 0.9, spinning: 0.5, placeShare: 0.3 },
  gcPressure: { share: 0.15, leastShare: 0.1, warnShare: 0.2, errorShare: 0.3, collections: 10 },
  microtaskStarvation: { longMs: 50, onceMs: 200, share: 0.1 },
  threadPoolSaturated: {
    tasks: 20,
    queueMs: 5,
    queueShare: 0.3,
    fullShare: 0.1,
    busyLoop: 0.85,
    clearServiceMs: 10,
    heldShare: 0.2,
  },
  floatingPromise: { requests: 3 },
  unboundedConcurrency: { count: 200, warnCount: 1_000 },
  listenerGrowth: { count: 11, warnCount: 50, executions: 3, spreadMs: 1_000 },
  lostContext: { samples: 3, makers: 3 },
  handleLeak: { growth: 5, count: 20, quietMs: 2_000 },
  timerDrift: { firings: 10, share: 0.1, lateMs: 20 },
  intervalOverlap: { overlaps: 3, share: 0.3, depth: 0.2 },
  responseNotEnded: { ageMs: 1_500, requests: 3, overdue: 3 },
  health: {
    delayP99Ms: 50,
    heldShare: 0.1,
    heldOfBusy: 0.25,
    gc: 0.15,
    saturated: 0.9,
    idle: 0.02,
    waiting: 0.8,
  },
};
