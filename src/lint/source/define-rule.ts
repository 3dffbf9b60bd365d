import type { TSESLint } from '@typescript-eslint/utils';
import type { ChainStep } from '../../model/finding.ts';
import type { Node } from './ast.ts';
import { enclosingFunction, functionName, lastNameNode } from './ast.ts';
import type { Analysis, Detail } from './analysis.ts';
import { analysisOf, detailKey } from './analysis.ts';
import { isForTests, isNowAndThen, standsInNowAndThen } from './comes-often.ts';
import { isForPages } from './for-pages.ts';

/** A standard ESLint rule. */
export type Rule = Omit<
  TSESLint.RuleModule<string, readonly unknown[], { description: string }>,
  'defaultOptions'
>;

/** What a rule's `create` gets: the shared analysis, its first option, and how to report. */
export interface RuleTools<Options> {
  analysis: Analysis;
  options: Options;
  context: Readonly<TSESLint.RuleContext<string, readonly unknown[]>>;
  report: (problem: RuleReport) => void;
}

export interface RuleReport {
  /** Where; a call is reported at its name, on one line. */
  at: Node;
  messageId: string;
  data?: Record<string, string>;
  /** Where `chain` is left out, it is the way from the entry that serves, if there is one. */
  detail: Detail;
  suggest?: TSESLint.SuggestionReportDescriptor<string>[];
  /** A change that cannot alter what the code does; anything less sure is a suggestion. */
  fix?: TSESLint.SuggestionReportDescriptor<string>;
}

interface RuleSpec<Options> {
  name: string;
  description: string;
  /** Two sentences each: the reason and the cure. */
  messages: Record<string, string>;
  /** JSON schema of the one option object. */
  options?: Record<string, unknown>;
  defaults: Options;
  /** Most rules speak of programs that serve; `everywhere` is for mistakes that are mistakes in tests, too. */
  scope?: 'programs' | 'everywhere';
  /**
   * `option`: the rule has the option `where`. `served` reports only what a request, message, timer or event reaches
   * again and again; `any`, its default, what nobody knows the callers of, too.
   */
  where?: 'option';
  /**
   * `option`: what the rule warns of is a rejection that nobody handles, and it has the option `survived`. `ignore`, its
   * default, is silent in programs that go on after such a rejection; `{{ends}}` in its messages says what becomes of one.
   */
  survived?: 'option';
  create: (tools: RuleTools<Options>) => TSESLint.RuleListener;
}

/** Makes a standard ESLint rule out of the parts that differ from rule to rule. */
export function defineRule<Options extends object>(spec: RuleSpec<Options>): Rule {
  const options = {
    ...spec.options,
    ...(spec.where && { where: { enum: ['served', 'any'] } }),
    ...(spec.survived && { survived: { enum: ['ignore', 'report'] } }),
  };
  return {
    meta: {
      type: 'suggestion',
      docs: { description: spec.description, url: `pages/lint/${spec.name}.md` },
      messages: spec.messages,
      schema:
        Object.keys(options).length > 0
          ? [{ type: 'object', properties: options, additionalProperties: false } as never]
          : [],
      hasSuggestions: true,
      fixable: 'code',
    },
    create(context) {
      const analysis = analysisOf(context);
      if (analysis.kind === 'browser') return {};
      if (analysis.kind === 'test' && spec.scope !== 'everywhere') return {};
      const given = context.options[0] as
        (Partial<Options> & { where?: unknown; survived?: unknown }) | undefined;
      if (spec.survived && analysis.survivesRejections && given?.survived !== 'report') return {};
      const onlyServed = spec.where !== undefined && given?.where === 'served';
      return spec.create({
        analysis,
        options: { ...spec.defaults, ...given },
        context,
        report: (problem) => {
          const { at } = problem;
          const when = analysis.reach.when(at);
          if (onlyServed && (when.kind !== 'served' || isNowAndThen(when) || standsInNowAndThen(at))) return;
          if (!isForTests(when) && !isForPages(at, analysis)) send(problem, spec.name);
        },
      });

      function send({ at, messageId, data, detail, suggest, fix }: RuleReport, rule: string): void {
        const loc = reportedRange(at);
        const fn = enclosingFunction(at);
        const name = fn && functionName(fn);
        analysis.details.set(detailKey(rule, loc.start.line, loc.start.column + 1), {
          chain: servedChain(at, analysis),
          ...detail,
          ...(name ? { function: name } : {}),
          ...(fix ? { fixTitle: fill(spec.messages[fix.messageId] ?? '', fix.data as Texts) } : {}),
        });
        context.report({
          loc,
          messageId,
          data: { ends: endOfRejection(analysis), ...data },
          suggest: suggest ?? [],
          ...(fix ? { fix: fix.fix } : {}),
        });
      }
    },
  };
}

/** What becomes of a rejection that nobody handles. */
export const endOfRejection = ({ survivesRejections }: Analysis): string =>
  survivesRejections ? "reaches nobody but the program's listener for such" : 'ends the process';

function servedChain(at: Node, analysis: Analysis): ChainStep[] {
  const when = analysis.reach.when(at);
  return when.kind === 'served' ? when.chain : [];
}

type Texts = Readonly<Record<string, string>> | undefined;

const fill = (message: string, data: Texts): string =>
  message.replace(/\{\{(\w+)\}\}/g, (_, name: string) => data?.[name] ?? '');

/**
 * One line: editors underline it and GitHub shows an alert only when all of its lines are in the diff. V8 places a
 * call at the name that is called, so that is the line a measurement will name.
 */
function reportedRange(node: Node): { start: Position; end: Position } {
  const call = node.type === 'CallExpression' || node.type === 'NewExpression' ? node : undefined;
  if (!call) {
    const { start, end } = node.loc;
    return start.line === end.line
      ? { start, end }
      : { start, end: { line: start.line, column: start.column + 1 } };
  }
  const name = lastNameNode(call.callee);
  const start = call.callee.loc.start.line === name.loc.start.line ? call.callee.loc.start : name.loc.start;
  const end =
    name.loc.end.line === start.line ? name.loc.end : { line: start.line, column: start.column + 1 };
  return { start, end };
}

interface Position {
  line: number;
  column: number;
}
