import type { RunConfig } from '../config/schema.ts';
import type { Baseline } from '../contract/evaluation.ts';
import {
  CALL_PARTS,
  CALL_ROLES,
  type CallForecast,
  type CallRole,
  type RoleForecast,
} from '../contract/forecast.ts';
import { sum } from '../shared/arithmetic.ts';
import {
  hoursBySpeed,
  memoryCharacters,
  thumbBasis,
  totalHours,
  typicalSizes,
  type ModelSpeed,
} from './callForecast.ts';

/**
 * What evaluations ask of language models. Law: with memory skills every span is read once, and every question answered
 * once; nothing is taken to be known already.
 */

/** One evaluation, as far as its calls depend on it. */
export interface EvaluatedWork {
  readonly config: RunConfig;
  /** `skills`: memories are built. */
  readonly subject: 'skills' | Exclude<Baseline, 'static-skills'>;
  readonly traces: number;
  readonly spans: number;
  /** Of all spans together. */
  readonly characters: number;
  readonly questions: number;
  readonly isJudged: boolean;
  /** Spans and characters are reckoned from some of the traces. */
  readonly isSampled: boolean;
}

type Speeds = Readonly<Record<CallRole, ModelSpeed | null>>;

function shownCharacters({ subject, config, traces, spans, characters }: EvaluatedWork): number {
  switch (subject) {
    case 'skills':
      return memoryCharacters(config.memTopKEval);
    case 'bm25':
    case 'vectors':
      return (config.memTopKEval * characters) / Math.max(1, spans);
    case 'full-context':
      return characters / Math.max(1, traces);
    case 'no-memory':
      return 0;
  }
}

function callsOf({ config, subject, spans, questions, isJudged }: EvaluatedWork): Record<CallRole, number> {
  const isAsked = config.engine === 'llm';
  return {
    executor: isAsked && subject === 'skills' ? spans : 0,
    answerer: isAsked ? questions : 0,
    judge: isAsked && (isJudged || config.rewardMetric === 'judge') ? questions : 0,
    designer: 0,
  };
}

/** Everything an evaluation asks counts as measuring. */
export function forecastEvaluation(work: EvaluatedWork, speeds: Speeds): CallForecast {
  const { config, spans, characters } = work;
  const counts = callsOf(work);
  const sizes = typicalSizes({
    config,
    span: characters / Math.max(1, spans),
    shown: shownCharacters(work),
  });
  const of = (role: CallRole): RoleForecast => {
    const { promptTokens, completionTokens } = sizes[role];
    const calls = counts[role];
    const hours = calls === 0 ? 0 : hoursBySpeed(sizes[role], speeds[role]);
    return {
      calls,
      promptTokens: calls * promptTokens,
      completionTokens: calls * completionTokens,
      hours: hours === null ? null : hours * calls,
    };
  };
  const roles = {
    executor: of('executor'),
    answerer: of('answerer'),
    judge: of('judge'),
    designer: of('designer'),
  };
  const calls = sum(Object.values(counts));
  const hours = totalHours(roles);
  return {
    roles,
    parts: { training: 0, measuring: calls, designing: 0, replaying: 0 },
    calls,
    tokens: sum(CALL_ROLES.map((role) => roles[role].promptTokens + roles[role].completionTokens)),
    hours,
    basis: [
      work.isSampled
        ? 'Questions are counted from the data, spans in some of its traces.'
        : 'Spans and questions are counted from the data.',
      'No memory and no answer is taken to be known already.',
      ...thumbBasis(hours),
    ],
    exceeded: [],
  };
}

function sumRoles(forecasts: readonly CallForecast[], role: CallRole): RoleForecast {
  const all = forecasts.map(({ roles }) => roles[role]);
  const hours = all.map((one) => one.hours);
  return {
    calls: sum(all.map(({ calls }) => calls)),
    promptTokens: sum(all.map(({ promptTokens }) => promptTokens)),
    completionTokens: sum(all.map(({ completionTokens }) => completionTokens)),
    hours: hours.includes(null) ? null : sum(hours.map((one) => one ?? 0)),
  };
}

/** Of several pieces of work, one after another. Caps are those of single runs: each is named once. */
export function sumForecasts(forecasts: readonly CallForecast[]): CallForecast {
  const roles = {
    executor: sumRoles(forecasts, 'executor'),
    answerer: sumRoles(forecasts, 'answerer'),
    judge: sumRoles(forecasts, 'judge'),
    designer: sumRoles(forecasts, 'designer'),
  };
  const [training = 0, measuring = 0, designing = 0, replaying = 0] = CALL_PARTS.map((part) =>
    sum(forecasts.map(({ parts }) => parts[part])),
  );
  const exceeded = forecasts.flatMap((one) => one.exceeded);
  return {
    roles,
    parts: { training, measuring, designing, replaying },
    calls: sum(forecasts.map(({ calls }) => calls)),
    tokens: sum(forecasts.map(({ tokens }) => tokens)),
    hours: totalHours(roles),
    basis: [...new Set(forecasts.flatMap(({ basis }) => basis))],
    exceeded: exceeded.filter(({ cap }, at) => exceeded.findIndex((one) => one.cap === cap) === at),
  };
}
