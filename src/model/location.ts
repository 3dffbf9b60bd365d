/** An npm package that a file belongs to. */
export interface PackageRef {
  name: string;
  version?: string;
}

/**
 * Whose code a frame is: `own` the user's, `package` below `node_modules`, `node` Node's own JavaScript,
 * `native` built-ins without JavaScript, `synthetic` what the profiler invents: `(program)`, `(idle)`, `(garbage collector)`.
 */
export type CodeOwner = 'own' | 'package' | 'node' | 'native' | 'synthetic';

/** A place in the author's source. Lines and columns count from 1; `file` is absolute, or a URL where there is no file. */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
  /** Name of the function that holds the place, as V8 names it; absent at module level. */
  function?: string;
}

/** One stack frame, source maps applied. */
export interface Frame extends SourceLocation {
  owner: CodeOwner;
  package?: PackageRef;
  /** Set when a source map exists but did not map the place: `file` and `line` are those of the generated code. */
  unmapped?: true;
  /** In an async stack: how this frame's function waits for the frame before it. */
  async?: 'await' | 'all';
}
