// Runs before the server of bench:peers: tells whose processor time is to be read, whatever started it.
'use strict';
if (require('node:worker_threads').isMainThread) console.log(`pid ${process.pid}`);
