import type { Skill } from '../contract/skill.ts';
import type { Trace } from '../datasets/trace.ts';
import type { Policy } from '../controller/policy.ts';
import { createRng } from '../shared/rng.ts';
import { candidates } from '../skills/skillBank.ts';
import { skillText } from '../skills/skillText.ts';
import { chooseSkills, type ChoiceMode } from './chooseSkills.ts';
import type { EpisodeContext, EpisodeJob } from './episode.ts';

/**
 * Part of a trace, for a replay that costs less: a span is read when it is one of `always`, or when the selector, left to
 * itself, would choose other skills for it from `otherBank` than from the episode's own bank. What it would choose is
 * asked at the span's place in the episode, with the memories written so far; skills forced into the selection do not
 * count, and a skill that keeps its name counts as the same whatever its words. A random selector chooses by chance, which
 * tells nothing about a span: under it only `always` is read. Spans that are not read are passed over as if they were not
 * in the trace.
 */
export interface SpanLimit {
  /** Indices of spans, or those with the evidence of the questions that are asked (`evidenceSpans`). */
  readonly always: readonly number[] | 'evidence';
  /** Null: nothing but `always`. */
  readonly otherBank: readonly Skill[] | null;
}

/**
 * The spans that hold the evidence of these questions of a trace; all of its spans when the data does not say for one of
 * them where its evidence is.
 */
export function evidenceSpans(
  { spans, questions }: Pick<Trace, 'spans' | 'questions'>,
  questionIds: readonly string[],
): number[] {
  const asked = questions.filter(({ id }) => questionIds.includes(id));
  const turns = new Set(asked.flatMap(({ evidence }) => evidence));
  const isKnown = asked.every(({ evidence }) => evidence.length > 0);
  return spans
    .filter(({ turnIds }) => !isKnown || turnIds.some((id) => turns.has(id)))
    .map(({ index }) => index);
}

/** A bank as a selector sees it: its candidates' names and vectors, and the controller over them if there is one. */
interface Candidates {
  readonly names: readonly string[];
  readonly vectors: readonly Float32Array[];
  readonly policy: Policy | null;
}

export interface SpanMoment {
  readonly index: number;
  readonly vector: Float32Array;
  /** The controller's state: the span and the memories retrieved for it. */
  readonly state: Float32Array;
}

interface ChoiceAbout {
  readonly mode: ChoiceMode;
  readonly k: number;
}

function choose({ names, vectors, policy }: Candidates, moment: SpanMoment, about: ChoiceAbout): Set<string> {
  const { action } = chooseSkills({
    mode: about.mode,
    k: about.k,
    logits: policy?.evaluate(moment.state).logits ?? null,
    span: moment.vector,
    skills: vectors,
    isNew: names.map(() => false),
    bias: { mode: 'exact', pMin: 0, scale: 0 },
    forced: [],
    // Neither of the modes that get here draws anything.
    rng: createRng('span limit'),
  });
  return new Set(action.map((at) => names[at] ?? ''));
}

function isSameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}

/** Whether a span is read; all are without a limit. */
export type ReadsSpan = (moment: SpanMoment) => boolean;

/** The rule of `SpanLimit` for one episode. */
export async function spanReader(
  job: EpisodeJob,
  context: EpisodeContext,
  own: { readonly bank: readonly Skill[]; readonly vectors: readonly Float32Array[] },
): Promise<ReadsSpan> {
  const { spans } = job;
  if (spans === undefined) return () => true;
  const always = new Set(
    spans.always === 'evidence' ? evidenceSpans(context.trace, job.questionIds) : spans.always,
  );
  const isAsked = job.selection === 'greedy' || job.selection === 'similarity';
  if (spans.otherBank === null || !isAsked) return ({ index }) => always.has(index);
  const { config, policy, roles, signal } = context;
  const others = candidates(spans.otherBank);
  const vectors = await roles.embedder.embed(
    others.map((skill) => skillText(skill, config.skillText)),
    signal,
  );
  const here: Candidates = { names: own.bank.map(({ name }) => name), vectors: own.vectors, policy };
  const there: Candidates = {
    names: others.map(({ name }) => name),
    vectors,
    policy: policy?.withSkills(vectors) ?? null,
  };
  const about = { mode: job.selection, k: config.k };
  return (moment) =>
    always.has(moment.index) || !isSameSet(choose(here, moment, about), choose(there, moment, about));
}
