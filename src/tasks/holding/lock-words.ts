/** Whether a class is, by its name, something that one at a time, or a few, may have. */
export const isLockName = (name: string): boolean => LOCKS.test(name);
const LOCKS = /pool|mutex|(?<![bc])lock|semaphore|limit|gate|latch|barrier|throttle/i;

/** Whether a function of that name takes something for a while. */
export const takesByName = (method: string): boolean => TAKES.test(method);
const TAKES = /^(try)?_?(acquire|lock|take|enter|reserve|obtain|borrow|lease|down|p)([A-Z_]|$)/;

/** Whether a function of that name answers something that is to be given back. */
export const givesByName = (method: string): boolean => GIVES.test(method);
const GIVES = /^(connect|checkout|claim|wait|get_?(connection|client|resource|lock|permit))/i;

/** Whether a function of that name runs other work while it holds something. */
export const runsWork = (name: string): boolean => RUNS_WORK.test(name);
const RUNS_WORK =
  /(^|[.#_ ])run|Run|[eE]xclusive|(?<![bBcC])[lL]ock|[mM]utex|[sS]emaphore|[lL]imit|[gG]uard|[cC]ritical|[sS]eriali|[sS]ynchroni|[tT]hrottle|[aA]cquire|[pP]ermit|[sS]chedule/;

/** Whether a function of that name puts work that it is given behind other work. */
export const addsWork = (method: string): boolean => ADDS_WORK.test(method);
const ADDS_WORK = /^(add|enqueue|push|queue|submit|exec|execute)$/;
