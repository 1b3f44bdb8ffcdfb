import type { RunConfig } from '../config/schema.ts';
import {
  CALL_ROLES,
  type CallForecast,
  type CallPart,
  type CallRole,
  type ExceededCap,
  type RoleForecast,
} from '../contract/forecast.ts';
import { ANSWERER_RULES } from '../engines/llm/answererPrompt.ts';
import { costsSince, type CallCosts } from '../engines/llm/callBudget.ts';
import { EXECUTOR_RULES } from '../engines/llm/executorPrompt.ts';
import { JUDGE_RULES } from '../engines/llm/judgePrompt.ts';
import { mean, sum } from '../shared/arithmetic.ts';
import { SEED_SKILLS } from '../skills/seeds.ts';
import { callsByRole, type CallCounts, type CallPlan, type RunPlace } from './callPlan.ts';

/**
 * What a run is going to ask of its models. Before it begins this is the plan (callPlan.ts), with tokens by rule of thumb
 * and hours by the measured speed of each model; while it goes on, the part of the plan that lies ahead times what the part
 * behind came to: calls made for calls planned, tokens and seconds for each call, by role.
 */

/** Measured, in tokens a second. */
export interface ModelSpeed {
  readonly prompt: number;
  readonly generated: number;
}

export interface RunSoFar {
  /** Finished steps. */
  readonly step: number;
  readonly spent: CallCosts;
  /** Of that, what was spent when the last step was finished. */
  readonly atLastStep: CallCosts;
  /** It has ended: nothing is to come, wherever it stopped. */
  readonly isOver: boolean;
}

export interface ForecastInput {
  readonly plan: CallPlan;
  /** Null: the run has not begun. */
  readonly soFar: RunSoFar | null;
  /** Of the model of each role; null where it was never measured. */
  readonly speeds: Readonly<Record<CallRole, ModelSpeed | null>>;
}

const SECONDS_PER_HOUR = 3600;
const CHARACTERS_PER_TOKEN = 4;
/** Rules of thumb for a first estimate; the run's own figures take their place with its first calls. */
const TYPICAL = {
  memoryCharacters: 90,
  questionCharacters: 120,
  actionsPerSpan: 8,
  actionTokens: 40,
  answerTokens: 15,
  verdictTokens: 60,
  designTokens: { prompt: 3000, completion: 600 },
} as const;

export interface CallSize {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** What prompts are made of, in characters. */
export interface TypicalTexts {
  readonly config: RunConfig;
  /** Of one span. */
  readonly span: number;
  /** Shown to the answerer beside the question. */
  readonly shown: number;
}

/** Characters of so many memories. */
export function memoryCharacters(count: number): number {
  return count * TYPICAL.memoryCharacters;
}

function textsOf({ config, shapes }: CallPlan): TypicalTexts {
  const spans = sum(shapes.map((shape) => shape.spans));
  const span = sum(shapes.map((shape) => shape.characters)) / Math.max(1, spans);
  return { config, span, shown: memoryCharacters(config.memTopK) };
}

/** By rule of thumb. */
export function typicalSizes({ config, span, shown }: TypicalTexts): Record<CallRole, CallSize> {
  const tokens = (characters: number): number => Math.ceil(characters / CHARACTERS_PER_TOKEN);
  const memories = memoryCharacters(config.memTopK);
  const skill = mean(
    SEED_SKILLS.map(({ description, instruction }) => description.length + instruction.length),
  );
  return {
    executor: {
      promptTokens: tokens(EXECUTOR_RULES.length + config.k * skill + memories + span),
      completionTokens: Math.min(config.maxActionsPerSpan, TYPICAL.actionsPerSpan) * TYPICAL.actionTokens,
    },
    answerer: {
      promptTokens: tokens(ANSWERER_RULES.length + shown + TYPICAL.questionCharacters),
      completionTokens: TYPICAL.answerTokens,
    },
    judge: {
      promptTokens: tokens(JUDGE_RULES.length + 2 * TYPICAL.questionCharacters),
      completionTokens: TYPICAL.verdictTokens,
    },
    designer: {
      promptTokens: TYPICAL.designTokens.prompt,
      completionTokens: TYPICAL.designTokens.completion,
    },
  };
}

/** Calls made for each call planned, by role; 1 where nothing was planned so far. */
function madeOfPlanned({ plan, soFar }: ForecastInput): CallCounts {
  const behind = callsByRole(plan.upTo(placeOf(plan.config, soFar)));
  const made = (role: CallRole): number =>
    soFar === null || behind[role] === 0 ? 1 : soFar.atLastStep.roles[role].calls / behind[role];
  return {
    executor: made('executor'),
    answerer: made('answerer'),
    judge: made('judge'),
    designer: made('designer'),
  };
}

/** The last finished step, and the stages whose end was behind by then. */
function placeOf({ innerEpochs }: RunConfig, soFar: RunSoFar | null): RunPlace {
  if (soFar === null || soFar.step === 0) return { steps: 0, stages: 0 };
  return { steps: soFar.step, stages: Math.floor((soFar.step - 1) / innerEpochs) };
}

function remainingParts(input: ForecastInput): Record<CallPart, CallCounts> {
  const { plan, soFar } = input;
  const whole = plan.upTo(plan.end);
  const behind = soFar?.isOver === true ? whole : plan.upTo(placeOf(plan.config, soFar));
  const rates = madeOfPlanned(input);
  // What was spent since the last step belongs to the parts that come first: a stage's end, or the step in progress.
  const since = soFar === null ? null : costsSince(soFar.spent, soFar.atLastStep);
  const left: Record<CallRole, number> = { executor: 0, answerer: 0, judge: 0, designer: 0 };
  for (const role of CALL_ROLES) left[role] = since?.roles[role].calls ?? 0;
  const remaining = (part: CallPart): CallCounts => {
    const counts = { executor: 0, answerer: 0, judge: 0, designer: 0 };
    for (const role of CALL_ROLES) {
      const ahead = Math.max(0, whole[part][role] - behind[part][role]) * rates[role];
      const taken = Math.min(ahead, left[role]);
      left[role] -= taken;
      counts[role] = ahead - taken;
    }
    return counts;
  };
  return {
    measuring: remaining('measuring'),
    designing: remaining('designing'),
    replaying: remaining('replaying'),
    training: remaining('training'),
  };
}

/** Hours of one call of a role: by what its calls took so far, else by the measured speed of its model. */
function hoursPerCall(role: CallRole, size: CallSize, { soFar, speeds }: ForecastInput): number | null {
  const spent = soFar?.spent;
  if (spent !== undefined && spent.roles[role].calls > 0) {
    const inCalls = sum(CALL_ROLES.map((one) => spent.roles[one].seconds));
    // Calls side by side share their time.
    const share = inCalls === 0 ? 1 : Math.min(1, spent.busySeconds / inCalls);
    return (spent.roles[role].seconds * share) / spent.roles[role].calls / SECONDS_PER_HOUR;
  }
  return hoursBySpeed(size, speeds[role]);
}

/** Of one call, one request at a time; null for a model that was never measured. */
export function hoursBySpeed(size: CallSize, speed: ModelSpeed | null): number | null {
  if (speed === null) return null;
  return (size.promptTokens / speed.prompt + size.completionTokens / speed.generated) / SECONDS_PER_HOUR;
}

function roleForecast(role: CallRole, calls: number, input: ForecastInput): RoleForecast {
  const spent = input.soFar?.spent.roles[role];
  const size =
    spent === undefined || spent.calls === 0
      ? typicalSizes(textsOf(input.plan))[role]
      : {
          promptTokens: spent.promptTokens / spent.calls,
          completionTokens: spent.completionTokens / spent.calls,
        };
  const hours = calls === 0 ? 0 : hoursPerCall(role, size, input);
  return {
    calls,
    promptTokens: calls * size.promptTokens,
    completionTokens: calls * size.completionTokens,
    hours: hours === null ? null : hours * calls,
  };
}

/** Null as soon as those of one role are not known. */
export function totalHours(roles: Readonly<Record<CallRole, RoleForecast>>): number | null {
  const hours = CALL_ROLES.map((role) => roles[role].hours);
  return hours.includes(null) ? null : sum(hours.map((one) => one ?? 0));
}

function exceededCaps(
  { plan: { config }, soFar }: ForecastInput,
  ahead: Pick<CallForecast, 'calls' | 'tokens' | 'hours'>,
): ExceededCap[] {
  const spent = soFar?.spent;
  const all = CALL_ROLES.flatMap((role) => (spent === undefined ? [] : [spent.roles[role]]));
  const expected = {
    calls: ahead.calls + sum(all.map(({ calls }) => calls)),
    tokens:
      ahead.tokens + sum(all.map(({ promptTokens, completionTokens }) => promptTokens + completionTokens)),
    hours: ahead.hours === null ? 0 : ahead.hours + (spent?.busySeconds ?? 0) / SECONDS_PER_HOUR,
  };
  const caps = { calls: config.maxCalls, tokens: config.maxModelTokens, hours: config.maxModelHours };
  return (['calls', 'tokens', 'hours'] as const)
    .filter((cap) => caps[cap] > 0 && expected[cap] > caps[cap])
    .map((cap) => ({ cap, limit: caps[cap], expected: expected[cap] }));
}

function planBasis({ config, isSampled }: CallPlan): string[] {
  const proposals = config.maxChanges === 1 ? 'one proposal' : `${config.maxChanges} proposals`;
  return [
    isSampled
      ? 'Questions are counted from the data and the seed, spans in some of its traces.'
      : 'Spans and questions are counted from the data and the seed.',
    ...(config.engine === 'llm'
      ? [
          'Every answer of a training step is taken to fail and to be judged, and no reply to be known already.',
        ]
      : []),
    ...(config.designer === 'none'
      ? []
      : [
          `Every stage but the last is taken to bring ${config.maxClusters} clusters and ${proposals}, each replayed on ` +
            `${config.replayCases + config.guardCases} questions.`,
        ]),
  ];
}

/** What tokens and hours rest on before the first call. */
export function thumbBasis(hours: number | null): string[] {
  return [
    'Tokens are by rule of thumb, four characters each.',
    hours === null
      ? 'Hours are not known: a model was never tested (Models, or memskill models test ID).'
      : 'Hours are by the measured speed of the models, one request at a time and every prompt read in full.',
  ];
}

function basisOf(input: ForecastInput, hours: number | null): string[] {
  const { soFar, plan } = input;
  if (soFar?.isOver === true) return [];
  if (soFar === null || soFar.step === 0) return [...planBasis(plan), ...thumbBasis(hours)];
  const rates = madeOfPlanned(input);
  const told = CALL_ROLES.filter((role) => soFar.atLastStep.roles[role].calls > 0)
    .map((role) => `${role} ${Math.round(100 * rates[role])} %`)
    .join(', ');
  return [
    ...planBasis(plan),
    `Corrected by ${soFar.step === 1 ? 'the finished step' : `the ${soFar.step} finished steps`}: of the calls planned so far ` +
      `were made ${told === '' ? 'none' : told}.`,
    'Tokens and hours are those of its calls so far.',
  ];
}

/** What is still to come of a run; all of it when it has not begun. */
export function forecastCalls(input: ForecastInput): CallForecast {
  const parts = remainingParts(input);
  const counts = callsByRole(parts);
  const of = (role: CallRole): RoleForecast => roleForecast(role, counts[role], input);
  const roles = {
    executor: of('executor'),
    answerer: of('answerer'),
    judge: of('judge'),
    designer: of('designer'),
  };
  const calls = sum(CALL_ROLES.map((role) => roles[role].calls));
  const tokens = sum(CALL_ROLES.map((role) => roles[role].promptTokens + roles[role].completionTokens));
  const hours = totalHours(roles);
  const partCalls = (part: CallPart): number => sum(CALL_ROLES.map((role) => parts[part][role]));
  return {
    roles,
    parts: {
      training: partCalls('training'),
      measuring: partCalls('measuring'),
      designing: partCalls('designing'),
      replaying: partCalls('replaying'),
    },
    calls,
    tokens,
    hours,
    basis: basisOf(input, hours),
    exceeded: exceededCaps(input, { calls, tokens, hours }),
  };
}
