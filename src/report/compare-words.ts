import type { Change, ComparedFigure, ComparedFinding, Comparison } from '../model/comparison.ts';
import { round1 } from '../model/units.ts';
import { ms } from './words.ts';

/** `12 ms -> 31 ms (+158 %)`; of what did not change, both values. */
export function figureWords(
  { base, head }: Pick<ComparedFigure, 'base' | 'head'>,
  unit: (value: number) => string = ms,
): string {
  const words = `${unit(base)} -> ${unit(head)}`;
  if (base <= 0 || Math.abs(head - base) < base / 200) return words;
  const share = Math.round((head / base - 1) * 100);
  return `${words} (${share > 0 ? '+' : ''}${share} %)`;
}

/** What a finding costs: `2.1 ms -> 4.3 ms (+105 %) per request`, `1.2 -> 1.3 times per 100 requests`; '' where that is not known. */
export function costWords({ cost, times }: Pick<ComparedFinding, 'cost' | 'times'>): string {
  if (cost) return `${figureWords(cost)} per ${cost.per}`;
  if (!times) return '';
  const [scale, per] = times.per === 'request' ? [100, '100 requests'] : [1, 'second'];
  const figure = { base: times.base * scale, head: times.head * scale };
  return `${figureWords(figure, (value) => `${round1(value)}`)} times per ${per}`;
}

/** The verdict as a sentence. */
export function verdictWords({ verdict, routes, findings }: Comparison): string {
  const count = (items: readonly { change: Change }[], ...changes: Change[]): number =>
    items.filter(({ change }) => changes.includes(change)).length;
  const parts = [
    [count(findings, 'new'), 'new finding', 'new findings'],
    [count(findings, 'worse'), 'finding got worse', 'findings got worse'],
    [count(routes, 'worse'), 'route got slower', 'routes got slower'],
    [count(findings, 'gone'), 'finding is gone', 'findings are gone'],
    [count(findings, 'better'), 'finding got better', 'findings got better'],
    [count(routes, 'better'), 'route got faster', 'routes got faster'],
  ] as const;
  const words = parts.flatMap(([n, one, many]) => (n === 0 ? [] : [`${n} ${n === 1 ? one : many}`]));
  const end = words.length > 0 ? `: ${words.join(', ')}.` : '.';
  return `${VERDICTS[verdict]}${end}`;
}

export const CHANGE_WORDS: Record<Change, string> = {
  new: 'new',
  gone: 'gone',
  worse: 'worse',
  better: 'better',
  'no-difference': 'no difference',
  unclear: 'unclear',
};

const VERDICTS: Record<Comparison['verdict'], string> = {
  better: 'Better',
  worse: 'Worse',
  mixed: 'Some better, some worse',
  'no-difference': 'No difference that chance could not explain',
  unclear: 'Unclear: too little was recorded to tell',
};
