import type { CharSet } from 'refa';
import { JS } from 'refa';

/**
 * Finds repetitions in which one text can be read in two ways, as in `(\w|\d)+`: each more character doubles the ways.
 * Works on the positions of the expression (Glushkov's automaton): two different ways from a position back to itself
 * over the same characters. Answers with a character of such a way.
 */
export function ambiguousRepetition(
  source: string,
  flags: string,
): { character: string } | 'too-large' | undefined {
  if (!MAY_BE_AMBIGUOUS.test(source)) return undefined;
  const parser = JS.Parser.fromLiteral({ source, flags: flags });
  const { expression } = parser.parse({ backreferences: 'unknown', assertions: 'unknown', maxNodes: 2_000 });
  const graph = positionsOf(expression);
  if (!graph) return 'too-large';
  const character = doubledCharacter(graph, FAILS_LATE.test(source));
  return character === undefined ? undefined : { character };
}

/** A repeated group with alternatives, or with parts that may be missing. */
const MAY_BE_AMBIGUOUS = /[|?*][^]*\)(?:[*+]|\{\d+,\})/;

/** What can refuse a text after a repetition: without it, a repetition at the end takes what it gets. */
const FAILS_LATE = /\$|\\[bB1-9k]|\(\?(?:[=!]|<[=!])/;

/** More positions than this are not looked at: the pairs of them grow with the square. */
const MAX_POSITIONS = 80;

interface Graph {
  sets: CharSet[];
  /** Positions that may come after each position. */
  follow: Set<number>[];
  /** Positions at which the whole may end. */
  last: Set<number>;
}

interface Ends {
  first: number[];
  last: number[];
  nullable: boolean;
}

type Expression = ReturnType<JS.Parser['parse']>['expression'];
type Element = Expression['alternatives'][number]['elements'][number];

function positionsOf(expression: Expression): Graph | undefined {
  const graph: Graph = { sets: [], follow: [], last: new Set() };
  const link = (from: readonly number[], to: readonly number[]): void => {
    for (const a of from) for (const b of to) graph.follow[a]!.add(b);
  };

  function ofAlternatives(alternatives: readonly { elements: readonly Element[] }[]): Ends {
    const all: Ends = { first: [], last: [], nullable: false };
    for (const { elements } of alternatives) {
      const ends = ofSequence(elements);
      all.first.push(...ends.first);
      all.last.push(...ends.last);
      all.nullable ||= ends.nullable;
    }
    return all;
  }

  function ofSequence(elements: readonly Element[]): Ends {
    let whole: Ends = { first: [], last: [], nullable: true };
    for (const element of elements) {
      const part = ofElement(element);
      link(whole.last, part.first);
      whole = {
        first: whole.nullable ? [...whole.first, ...part.first] : whole.first,
        last: part.nullable ? [...whole.last, ...part.last] : part.last,
        nullable: whole.nullable && part.nullable,
      };
    }
    return whole;
  }

  function ofElement(element: Element): Ends {
    switch (element.type) {
      case 'CharacterClass': {
        const position = graph.sets.push(element.characters) - 1;
        graph.follow.push(new Set());
        return { first: [position], last: [position], nullable: false };
      }
      case 'Alternation':
        return ofAlternatives(element.alternatives);
      case 'Quantifier': {
        const body = ofAlternatives(element.alternatives);
        // A bounded repetition ends: what it doubles, it doubles so many times at most.
        if (element.max === Infinity) link(body.last, body.first);
        return { ...body, nullable: body.nullable || element.min === 0 };
      }
      default:
        // Assertions and unknown parts take no characters.
        return { first: [], last: [], nullable: true };
    }
  }

  graph.last = new Set(ofAlternatives(expression.alternatives).last);
  return graph.sets.length <= MAX_POSITIONS ? graph : undefined;
}

/** Pairs of positions as numbers, `a * n + b`, walked from `(q, q)`; back at `(q, q)` by way of unequal ones. */
function doubledCharacter({ sets, follow, last }: Graph, failsLate: boolean): string | undefined {
  const n = sets.length;
  const overlaps = sets.map((a) => sets.map((b) => !a.isDisjointWith(b)));
  const next = (pair: number): number[] => {
    const found: number[] = [];
    for (const a of follow[Math.floor(pair / n)]!)
      for (const b of follow[pair % n]!) if (overlaps[a]![b]) found.push(a * n + b);
    return found;
  };
  for (let q = 0; q < n; q++) {
    if (!follow.some((to) => to.has(q)) || (last.has(q) && !failsLate)) continue;
    const start = q * n + q;
    for (const pair of roundTrips(start, next)) {
      const [a, b] = [Math.floor(pair / n), pair % n];
      if (a < b) return String.fromCodePoint(sets[a]!.intersect(sets[b]!).ranges[0]?.min ?? 97);
    }
  }
  return undefined;
}

/** What lies on a way from the start back to it. */
function roundTrips(start: number, next: (pair: number) => number[]): Set<number> {
  /** What leads to each pair that can be reached. */
  const before = new Map<number, number[]>([[start, []]]);
  const pending = [start];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    for (const after of next(pair)) {
      const known = before.get(after);
      if (known) known.push(pair);
      else {
        before.set(after, [pair]);
        pending.push(after);
      }
    }
  }
  const back = new Set(before.get(start));
  for (const pair of back) for (const earlier of before.get(pair) ?? []) back.add(earlier);
  return back;
}
