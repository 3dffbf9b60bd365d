// Preloaded into a program: keeps, for every promise, the place that made it (a stack at every init) and the promise that it
// follows, by the ids that a recording gives them. Written to $TRUTH when the program ends. Slow: five to twenty times.
'use strict';
const { createHook } = require('node:async_hooks');
const fs = require('node:fs');
const { promiseHooks } = require('node:v8');

const separate = Number(process.versions.node.split('.')[0]) >= 24;
/** Place of each promise, and the id of the one that it follows, by its id. */
const places = new Map();
let base = separate ? undefined : -1;
let count = 0;
let begun = false;
const AGENT = Symbol.for('looplens.agent');

/** First frame of the program's or a package's own code: `file:line`. 'looplens' when the recorder made it. */
function place() {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = 30;
  let found = '';
  Error.prepareStackTrace = (_error, sites) => {
    for (const site of sites) {
      const file = site.getScriptNameOrSourceURL() ?? site.getFileName() ?? '';
      if (file.startsWith('looplens:')) return (found = 'looplens');
    }
    for (const site of sites) {
      const file = site.getFileName() ?? '';
      if (file === __filename || file === '' || file.startsWith('node:')) continue;
      return (found = `${file.replace('file://', '')}:${site.getLineNumber()}`);
    }
    return '';
  };
  void new Error().stack;
  Error.stackTraceLimit = stackTraceLimit;
  if (prepareStackTrace === undefined) delete Error.prepareStackTrace;
  else Error.prepareStackTrace = prepareStackTrace;
  return found;
}

if (separate) {
  /** Ids of promises, for those that others follow. */
  const ids = new WeakMap();
  // Ids of a recording count the promises that were made since it began, without its own.
  promiseHooks.onInit((promise, parent) => {
    const where = place();
    if (where !== 'looplens') {
      if (base !== 0) return;
      const id = ++count * 2 + 1;
      ids.set(promise, id);
      places.set(id, [where, (parent && ids.get(parent)) ?? 0]);
    } else if (process[AGENT]) {
      begun = true;
    } else if (!begun) {
      // The last of these that comes before the recorder shows itself is the moment at which it begins.
      places.clear();
      base = count = 0;
    }
  });
} else {
  createHook({
    init(asyncId, type, trigger) {
      // The recorder asks for the newest id when it begins: its ids count from there. Later it makes such resources again.
      if (type === 'LOOPLENS') base = base < 0 ? asyncId : base;
      else if (type === 'PROMISE' && base >= 0) places.set(relative(asyncId), [place(), relative(trigger)]);
    },
  }).enable();
}
function relative(asyncId) {
  return ((asyncId - base) * 2) | 0;
}
process.on('SIGTERM', () => {
  fs.writeFileSync(process.env.TRUTH, JSON.stringify([...places]));
  process.exit(0);
});
