/** The part of recheck that is plain JavaScript and starts nothing. */
declare module 'recheck/lib/browser.js' {
  import type { Diagnostics, Parameters } from 'recheck';
  const recheck: { checkSync(source: string, flags: string, parameters?: Parameters): Diagnostics };
  export default recheck;
}
