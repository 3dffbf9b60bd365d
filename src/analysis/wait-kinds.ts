import type { WaitKind } from '../model/finding.ts';

/** What a request waits for when its next step is run by a resource of this type. */
export function waitKindOf(type: string): WaitKind {
  for (const [kind, pattern] of KINDS) if (pattern.test(type)) return kind;
  return 'unknown';
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
