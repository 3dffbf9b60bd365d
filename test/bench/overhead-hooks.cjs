// What Node itself costs that calls hooks, whatever they do: those that recording needs, empty.
'use strict';
const { createHook } = require('node:async_hooks');
const { promiseHooks } = require('node:v8');
const nothing = () => undefined;
createHook({ init: nothing, before: nothing, after: nothing, trackPromises: false }).enable();
if (Number(process.versions.node.split('.', 1)[0]) >= 24) {
  promiseHooks.createHook({ init: nothing, before: nothing, after: nothing, settled: nothing });
} else {
  // Here hooks of resources are called for promises, too.
  promiseHooks.createHook({ settled: nothing });
}
