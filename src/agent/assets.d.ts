/** The agent and its worker as text, put there by the build (see `esbuild.mjs`): an IIFE that sets `__looplens`. */
declare module 'looplens-agent:agent' {
  const source: string;
  export default source;
}
declare module 'looplens-agent:worker' {
  const source: string;
  export default source;
}
declare module 'looplens-agent:debug' {
  const source: string;
  export default source;
}
declare module 'looplens-agent:creations' {
  const source: string;
  export default source;
}
/** Set by the build. */
declare const LOOPLENS_VERSION: string;
