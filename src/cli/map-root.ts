import { UserError } from '../base/user-error.ts';

/** A folder of the recorded program, and where it lies here. */
export interface MapRoot {
  from: string;
  to: string;
}

/** `/app=.` */
export function parseMapRoot(text: string): MapRoot {
  const [, from, to] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (from !== undefined && to !== undefined) return { from, to };
  throw new UserError(
    'usage',
    `"${text}" maps no folder.`,
    'Write the folder of the program, "=", and where it lies here: /app=.',
  );
}
