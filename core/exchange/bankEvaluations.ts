import type { BankEvaluations } from '../contract/bankExchange.ts';
import type { Question, Trace } from '../datasets/trace.ts';
import type { ReplayQuestion, ReplaySelection } from '../evolution/replay.ts';
import { hardCaseHash } from '../evolution/lineage.ts';
import { required } from '../shared/assertions.ts';

/** Questions of a run with the text they are about, to be asked again elsewhere; and back into traces. */

export interface EvaluationSource {
  readonly traces: readonly Trace[];
  /** `affected`: hard cases; `guard`: what was solved. */
  readonly selection: ReplaySelection;
  readonly k: number;
  readonly memoriesPerQuestion: number;
  readonly seed: number;
}

/** Traces are named anew, by their order: where the names come from is nobody's business. */
export function makeEvaluations(source: EvaluationSource): BankEvaluations {
  const { affected, guard } = source.selection;
  const asked = [...affected, ...guard];
  const wanted = new Set(asked.map(({ traceId }) => traceId));
  const traces = source.traces.filter(({ id }) => wanted.has(id));
  const names = new Map(traces.map(({ id }, index) => [id, `t${index + 1}`]));
  const questions = new Map(traces.flatMap((trace) => trace.questions.map((one) => [one.id, one])));
  const caseOf = (
    set: BankEvaluations['cases'][number]['set'],
    { questionId, traceId }: ReplayQuestion,
  ): BankEvaluations['cases'][number] => {
    const {
      text: question,
      golds,
      category,
      date,
      isAbstention,
    } = required(questions.get(questionId), questionId);
    return {
      trace: required(names.get(traceId), traceId),
      set,
      question,
      golds: [...golds],
      category,
      date,
      ...(isAbstention === true ? { isAbstention } : {}),
      contentHash: hardCaseHash({ question, golds: [...golds] }),
    };
  };
  return {
    k: source.k,
    memoriesPerQuestion: source.memoriesPerQuestion,
    seed: source.seed,
    traces: traces.map(({ id, spans }) => ({
      id: required(names.get(id), id),
      spans: spans.map(({ text, date }) => ({ text, date })),
    })),
    cases: [
      ...affected.map((question) => caseOf('hard', question)),
      ...guard.map((question) => caseOf('solved', question)),
    ],
  };
}

function questionId(trace: string, index: number): string {
  return `${trace}_${index}`;
}

/** As the engines take them. Evidence is not known: it serves diagnosis, and nothing is diagnosed. */
export function tracesOf({ traces, cases }: BankEvaluations): Trace[] {
  return traces.map(({ id, spans }) => ({
    id,
    spans: spans.map(({ text, date }, index) => ({ index, text, date, session: index + 1, turnIds: [] })),
    turns: [],
    questions: cases.flatMap((one, index): Question[] =>
      one.trace === id
        ? [
            {
              id: questionId(id, index),
              index,
              text: one.question,
              golds: one.golds,
              category: one.category,
              evidence: [],
              date: one.date,
              ...(one.isAbstention === undefined ? {} : { isAbstention: one.isAbstention }),
            },
          ]
        : [],
    ),
  }));
}

export function selectionOf({ cases }: BankEvaluations): ReplaySelection {
  const questions = (set: BankEvaluations['cases'][number]['set']): ReplayQuestion[] =>
    cases.flatMap((one, index) =>
      one.set === set
        ? [
            {
              questionId: questionId(one.trace, index),
              traceId: one.trace,
              question: one.question,
              golds: one.golds,
            },
          ]
        : [],
    );
  return { affected: questions('hard'), guard: questions('solved') };
}
