/** True for a type of async resource that one of the threads of libuv's pool works at, from the moment it is asked for until its callback. */
export function runsInPool(type: string): boolean {
  return POOL.test(type);
}

const POOL =
  /^(FSREQCALLBACK|FSREQPROMISE|GETADDRINFOREQWRAP|GETNAMEINFOREQWRAP|PBKDF2REQUEST|SCRYPTREQUEST|RANDOM\w+REQUEST|KEY\w+REQUEST|SIGNREQUEST|HASHREQUEST|CHECKPRIMEREQUEST|CIPHERREQUEST|DERIVEBITSREQUEST|VERIFYREQUEST|ARGON2REQUEST|ZLIB)$/;
