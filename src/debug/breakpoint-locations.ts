import type { Debugger } from 'node:inspector';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Loop } from './loop.ts';
import type { Conventions } from './sources.ts';

/** Where a breakpoint may stand in some lines of a file, by what has been loaded of it. */
export async function breakpointLocations(
  loops: readonly Loop[],
  args: DebugProtocol.BreakpointLocationsArguments,
  { lineBase, columnBase }: Conventions,
): Promise<DebugProtocol.BreakpointLocation[]> {
  const file = args.source.path ?? '';
  const line = args.line - lineBase;
  const endLine = (args.endLine ?? args.line) - lineBase;
  const found = new Map<string, DebugProtocol.BreakpointLocation>();
  for (const loop of loops) {
    for (const script of loop.scripts.of(file)) {
      const position = (at: number): { lineNumber: number; columnNumber: number } => {
        const from = { line: at, column: 0 };
        const { line: lineNumber, column: columnNumber } = script.map?.toScript(file, from)[0] ?? from;
        return { lineNumber, columnNumber };
      };
      const { locations } = await loop.connection
        .send<{ locations: Debugger.Location[] }>('Debugger.getPossibleBreakpoints', {
          start: { scriptId: script.id, ...position(line) },
          end: { scriptId: script.id, ...position(endLine + 1) },
        })
        .catch(() => ({ locations: [] }));
      for (const { scriptId, lineNumber, columnNumber = 0 } of locations) {
        const place = loop.scripts.place(scriptId, { line: lineNumber, column: columnNumber });
        if (place?.source !== file || place.line < line || place.line > endLine) continue;
        const at = { line: place.line + lineBase, column: place.column + columnBase };
        found.set(`${at.line}:${at.column}`, at);
      }
    }
  }
  return [...found.values()];
}
