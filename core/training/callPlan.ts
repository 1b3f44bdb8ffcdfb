import type { RunConfig } from '../config/schema.ts';
import { CALL_PARTS, CALL_ROLES, type CallPart, type CallRole } from '../contract/forecast.ts';
import { sampleQuestions } from '../datasets/questionSampling.ts';
import { splitSelection } from '../datasets/selectionSplit.ts';
import type { Trace, TraceOutline } from '../datasets/trace.ts';
import { evidenceSpans } from '../engines/spanLimit.ts';
import { mean, sum } from '../shared/arithmetic.ts';
import { required } from '../shared/assertions.ts';
import { drawTraces } from './drawTraces.ts';

/**
 * The model calls of a run, counted from its options and its data. Law: the calls of executor and answerer in training and
 * measuring are what a run makes whose replies are all usable, when nothing is taken from a cache. Fewer are made only where
 * nobody need be asked: a span for which no selected skill can do anything yet, a question that finds no memory. The rest
 * is not known before: every answer is taken to be judged, every stage but the last to bring as many clusters and
 * proposals as it may, and every replay as many questions.
 */

/** The text of a trace as far as calls depend on it. */
export interface TraceText {
  readonly spans: number;
  /** Characters of its spans together. */
  readonly characters: number;
  /** Mean number of spans that hold the evidence of one of its questions. */
  readonly evidenceSpans: number;
}

export function traceText(trace: Trace): TraceText {
  return {
    spans: trace.spans.length,
    characters: sum(trace.spans.map(({ text }) => text.length)),
    evidenceSpans: mean(trace.questions.map(({ id }) => evidenceSpans(trace, [id]).length)),
  };
}

/** A trace as far as calls depend on it. */
export interface TraceShape extends TraceText {
  /** Questions of one training episode; how many does not depend on the step. */
  readonly asked: number;
  readonly selection: number;
  readonly training: number;
}

export type CallCounts = Readonly<Record<CallRole, number>>;
export type PlannedCalls = Readonly<Record<CallPart, CallCounts>>;

/** How far a run is: finished steps, and stages whose end with all that follows it is behind. */
export interface RunPlace {
  readonly steps: number;
  readonly stages: number;
}

/** Of texts that were read, for one that was not. */
function meanText(texts: readonly TraceText[]): TraceText {
  return {
    spans: mean(texts.map(({ spans }) => spans)),
    characters: mean(texts.map(({ characters }) => characters)),
    evidenceSpans: mean(texts.map((text) => text.evidenceSpans)),
  };
}

function traceShapes(
  traces: readonly TraceOutline[],
  texts: ReadonlyMap<string, TraceText>,
  config: RunConfig,
): TraceShape[] {
  const splits = splitSelection(traces);
  const usual = meanText([...texts.values()]);
  return traces.map(({ id }) => {
    const { training, selection } = required(splits.get(id), 'questions of a trace');
    const sampled = sampleQuestions(training, {
      seed: config.seed,
      traceId: id,
      outerEpoch: 0,
      innerEpoch: 0,
      ratio: config.questionSampling,
    });
    return {
      ...(texts.get(id) ?? usual),
      asked: sampled.length,
      selection: selection.length,
      training: training.length,
    };
  });
}

const NONE: CallCounts = { executor: 0, answerer: 0, judge: 0, designer: 0 };

function addCalls(a: CallCounts, b: CallCounts): CallCounts {
  return Object.fromEntries(CALL_ROLES.map((role) => [role, a[role] + b[role]])) as Record<CallRole, number>;
}

function times(count: number, calls: CallCounts): CallCounts {
  return Object.fromEntries(CALL_ROLES.map((role) => [role, count * calls[role]])) as Record<
    CallRole,
    number
  >;
}

/** Episodes with an engine of models; `judged` of the answers are. */
function episodeCalls(config: RunConfig, spans: number, answers: number, judged: boolean): CallCounts {
  if (config.engine !== 'llm') return NONE;
  const isJudged = judged || config.rewardMetric === 'judge';
  return { ...NONE, executor: spans, answerer: answers, judge: isJudged ? answers : 0 };
}

/** Of the steps up to each one; from none on. */
function trainingTotals(shapes: readonly TraceShape[], config: RunConfig): CallCounts[] {
  const totals = [NONE];
  const asked = shapes.filter(({ training }) => training > 0);
  let [spans, answers] = [0, 0];
  for (let step = 0; step < config.outerEpochs * config.innerEpochs; step += 1) {
    for (const shape of drawTraces(asked, config, step)) {
      spans += shape.spans;
      answers += shape.asked;
    }
    totals.push(episodeCalls(config, spans, answers, true));
  }
  return totals;
}

/** One side of one replay: questions spread evenly over the traces. */
function replaySide(shapes: readonly TraceShape[], config: RunConfig): CallCounts {
  const questions = Math.min(
    config.replayCases + config.guardCases,
    sum(shapes.map(({ training }) => training)),
  );
  const asked = shapes.filter(({ training }) => training > 0);
  // Of many traces only as many are replayed as there are questions, whichever they are.
  const replayed = Math.min(asked.length, questions);
  const each = questions / Math.max(1, replayed);
  const read = asked.map(({ spans, evidenceSpans: ofQuestion }) =>
    config.replaySpans === 'all' ? spans : Math.min(spans, Math.ceil(each * ofQuestion)),
  );
  return episodeCalls(config, replayed * mean(read), questions, false);
}

/** Stages after which the designer has its turn: all but the last, up to its bound. */
function evolutions(config: RunConfig, stages: number): number {
  if (config.designer === 'none') return 0;
  return Math.min(stages, config.outerEpochs - 1, config.maxEvolutions);
}

/** The plan of one run, worked out once. */
export class CallPlan {
  readonly config: RunConfig;
  readonly shapes: readonly TraceShape[];
  /** Not every trace was read. */
  readonly isSampled: boolean;
  readonly #training: readonly CallCounts[];

  /** @param texts of some of the traces at least; the others are taken to be like them. */
  constructor(traces: readonly TraceOutline[], texts: ReadonlyMap<string, TraceText>, config: RunConfig) {
    this.config = config;
    this.isSampled = texts.size < traces.length;
    this.shapes = traceShapes(traces, texts, config);
    this.#training = trainingTotals(this.shapes, config);
  }

  /** The place where nothing is left. */
  get end(): RunPlace {
    const { outerEpochs, innerEpochs } = this.config;
    return { steps: outerEpochs * innerEpochs, stages: outerEpochs };
  }

  /** The calls up to a place. */
  upTo(place: RunPlace): PlannedCalls {
    const { config, shapes } = this;
    const designed = evolutions(config, place.stages);
    const measured = shapes.filter((shape) => shape.selection > 0);
    const spans = sum(measured.map((shape) => shape.spans));
    const selection = sum(shapes.map((shape) => shape.selection));
    const analyses = config.maxClusters * (1 + config.reflectionRounds);
    // Each by itself, and what is approved of several once more together.
    const replays = config.maxChanges + (config.maxChanges > 1 ? 1 : 0);
    return {
      training: required(this.#training[place.steps], 'planned step'),
      measuring: times(place.stages, episodeCalls(config, spans, selection, false)),
      designing:
        config.designer === 'llm'
          ? times(designed, { ...NONE, designer: analyses + Math.min(config.maxChanges, config.maxClusters) })
          : NONE,
      replaying: times(designed * replays * 2, replaySide(shapes, config)),
    };
  }
}

/** All parts together, by role. */
export function callsByRole(planned: PlannedCalls): CallCounts {
  return CALL_PARTS.map((part) => planned[part]).reduce(addCalls, NONE);
}
