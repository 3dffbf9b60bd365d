// Preloaded into a program: keeps, for every promise, the place that made it (a stack at every init), by the id that a
// recording gives it. Written to $TRUTH when the program ends. Slow: five to twenty times.
'use strict';
const { createHook } = require('node:async_hooks');
const fs = require('node:fs');
const { promiseHooks } = require('node:v8');

const separate = Number(process.versions.node.split('.')[0]) >= 24;
/** Place of each promise by its id, and the ids of our own kind before the recorder came. */
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
  // Ids of a recording count the promises that were made since it began, without its own.
  promiseHooks.onInit(() => {
    const where = place();
    if (where !== 'looplens') {
      if (base === 0) places.set(++count * 2 + 1, where);
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
    init(asyncId, type) {
      // The recorder asks for the newest id when it begins: its ids count from there.
      if (type === 'LOOPLENS') base = asyncId;
      else if (type === 'PROMISE' && base >= 0) places.set(((asyncId - base) * 2) | 0, place());
    },
  }).enable();
}
process.on('SIGTERM', () => {
  fs.writeFileSync(process.env.TRUTH, JSON.stringify([...places]));
  process.exit(0);
});
