import type { ProjectFacts } from '../project/reach-facts.ts';
import type { TypedGifts } from './typed-calls.ts';

/** What is known of a file, with what the type checker says of its calls: it is right where both speak. */
export function withTypes(
  facts: ProjectFacts | undefined,
  gifts: TypedGifts | undefined,
): ProjectFacts | undefined {
  if (!gifts) return facts;
  const gives: ProjectFacts['gives'] = { ...facts?.gives, ...gifts };
  // Types do not tell that a promise never rejects.
  for (const [end, gift] of Object.entries(facts?.gives ?? {}))
    if ((gift === 'settled' || gift === 'seldom') && gives[Number(end)] === 'promise')
      gives[Number(end)] = gift;
  return { reach: facts?.reach ?? {}, gives, prompt: facts?.prompt ?? {} };
}
