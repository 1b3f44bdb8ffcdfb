import type { MetricRow } from '../../../core/contract/run.ts';
import { percent, points } from '../../ui/format.ts';

/** One small curve: a number of each step. */
export interface MetricSeries {
  readonly name: string;
  /** What it is and what to look for. */
  readonly explanation: string;
  /** NaN where the step has none. `before`: of the step before; empty for the first. */
  readonly valueOf: (values: MetricRow['values'], before: MetricRow['values']) => number;
  /** With its unit. */
  readonly inWords: (value: number) => string;
}

/** With a real minus. */
const decimal = (value: number, digits: number): string => value.toFixed(digits).replace('-', '\u2212');

/** One metric as it is. */
export const metric =
  (name: string) =>
  (values: MetricRow['values']): number =>
    values[name] ?? Number.NaN;

export const CONTROLLER_SERIES: readonly MetricSeries[] = [
  {
    name: 'Entropy',
    explanation:
      'Entropy of the choice of a skill. It falls as the controller learns preferences; near 0 it tries nothing new.',
    valueOf: metric('ppo/entropy'),
    inWords: (value) => `${decimal(value, 2)} nats`,
  },
  {
    name: 'KL',
    explanation: 'Approximate KL divergence of the policy after the update from the one before.',
    valueOf: metric('ppo/approx_kl'),
    inWords: (value) => `${decimal(value, 4)} nats`,
  },
  {
    name: 'Clip fraction',
    explanation: 'Share of choices whose probability ratio was clipped in the update.',
    valueOf: metric('ppo/clip_fraction'),
    inWords: (value) => percent(value),
  },
  {
    name: 'Explained variance',
    explanation: 'How much of the returns the critic foresees: 1 is all, 0 is no better than their mean.',
    valueOf: metric('ppo/explained_variance'),
    inWords: (value) => decimal(value, 2),
  },
];

export const MEMORY_SERIES: readonly MetricSeries[] = [
  {
    name: 'Memories a span',
    explanation: 'Memories at the end of an episode for each of its spans, mean of the step.',
    valueOf: (values) => metric('episode/memories_mean')(values) / metric('episode/length_mean')(values),
    inWords: (value) => decimal(value, 1),
  },
  {
    name: 'Junk rate',
    explanation: 'Share of the memories that no question retrieved.',
    valueOf: metric('episode/junk_rate'),
    inWords: (value) => percent(value),
  },
  {
    name: 'Actions a span',
    explanation: 'Memory actions that the executor wrote for a span.',
    valueOf: metric('executor/actions_per_span'),
    inWords: (value) => decimal(value, 1),
  },
  {
    name: 'Refused actions',
    explanation: 'Share of the actions that were refused, such as types that no selected skill allows.',
    valueOf: metric('executor/refused_rate'),
    inWords: (value) => percent(value),
  },
];

/** Seconds from the start of the work to the end of a step, and calls of language models in a step. */
export const ELAPSED = 'time/elapsed_s';
export const CALLS = 'cost/calls';

/** The start of the work is another one where a run was resumed without what it had counted. */
export function elapsedSince(value: number, before: number): number {
  return value >= before ? value - before : value;
}

const SECONDS: MetricSeries = {
  name: 'Seconds a step',
  explanation: 'Time from the end of the step before to the end of the step; pauses left out.',
  valueOf: (values, before) => elapsedSince(metric(ELAPSED)(values), before[ELAPSED] ?? 0),
  inWords: (value) => `${decimal(value, 1)} s`,
};

const MODEL_CALLS: MetricSeries = {
  name: 'Model calls a step',
  explanation: 'Calls of language models in the step.',
  valueOf: metric(CALLS),
  inWords: (value) => decimal(value, 0),
};

/** What steps cost; calls only where models were called. */
export function costSeries(metricNames: readonly string[]): readonly MetricSeries[] {
  return metricNames.includes(CALLS) ? [SECONDS, MODEL_CALLS] : [SECONDS];
}

const SKILL_PREFIX = 'skill/';

/** How often each skill was selected in an episode of the step, by the skill's name. */
export function skillUse({ values }: MetricRow): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      name.startsWith(SKILL_PREFIX) ? [[name.slice(SKILL_PREFIX.length), value] as const] : [],
    ),
  );
}

const CATEGORY_METRIC = /^reward\/category_(\d+)$/u;

/** The reward by category of the questions, in ascending order; none where it was not measured. */
export function categorySeries(metricNames: readonly string[]): readonly MetricSeries[] {
  return metricNames
    .flatMap((name) => {
      const category = CATEGORY_METRIC.exec(name)?.[1];
      return category === undefined ? [] : [{ name, category: Number(category) }];
    })
    .toSorted((a, b) => a.category - b.category)
    .map(({ name, category }) => ({
      name: `Category ${category}`,
      explanation: `Mean score of the questions of category ${category} in a step, in points.`,
      valueOf: metric(name),
      inWords: (value) => points(value),
    }));
}
