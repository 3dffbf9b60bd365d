/** Variables that make a Node child behave like a part of VS Code instead of the user's program. */
const EDITORS_OWN = /^(?:VSCODE_|ELECTRON_)/;

/** The environment for a program that the user runs: ours, without what VS Code put in for its own processes. */
export function childEnvironment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(own).filter(([name]) => !EDITORS_OWN.test(name)));
}
