import type { WaitKind } from '../model/finding.ts';

/** What a request waits for when its next step is run by a resource of this type. */
export function waitKindOf(type: string): WaitKind {
  for (const [kind, pattern] of KINDS) if (pattern.test(type)) return kind;
  return 'unknown';
}

/** True for work that one of the threads of libuv's pool does, from the moment it is asked for until its callback. */
export function runsInPool(type: string): boolean {
  return POOL.test(type);
}

const KINDS: readonly [WaitKind, RegExp][] = [
  ['timer', /^(Timeout|Immediate)$/],
  ['fs', /^(FSREQ\w*|FILEHANDLE\w*|FSEVENTWRAP|STATWATCHER|BLOBREADER|DIRHANDLE)$/],
  ['dns', /^(GETADDRINFOREQWRAP|GETNAMEINFOREQWRAP|QUERYWRAP|DNSCHANNEL)$/],
  ['http', /^(HTTPCLIENTREQUEST|HTTPINCOMINGMESSAGE|HTTP2\w+)$/],
  ['net', /^(TCP\w+|PIPE\w+|TLSWRAP|UDP\w+|WRITEWRAP|SHUTDOWNWRAP|STREAM\w*|TTYWRAP|JSSTREAM|QUIC_\w+)$/],
  ['child-process', /^PROCESSWRAP$/],
  ['worker', /^(MESSAGEPORT|WORKER\w*)$/],
  ['zlib', /^(ZLIB|\w*COMPRESS\w*)$/],
  [
    'crypto',
    /^(PBKDF2REQUEST|SCRYPTREQUEST|RANDOM\w+REQUEST|KEY\w+REQUEST|SIGNREQUEST|HASHREQUEST|CHECKPRIMEREQUEST|CIPHERREQUEST|DERIVEBITSREQUEST|VERIFYREQUEST|ARGON2REQUEST)$/,
  ],
];

const POOL =
  /^(FSREQCALLBACK|FSREQPROMISE|GETADDRINFOREQWRAP|GETNAMEINFOREQWRAP|PBKDF2REQUEST|SCRYPTREQUEST|RANDOM\w+REQUEST|KEY\w+REQUEST|SIGNREQUEST|HASHREQUEST|CHECKPRIMEREQUEST|CIPHERREQUEST|DERIVEBITSREQUEST|VERIFYREQUEST|ARGON2REQUEST|ZLIB)$/;
