import type { MemoryAction } from '../../contract/hardCase.ts';
import type { SkillType } from '../../contract/skill.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import type { Executor, ExecutorInput, MemoryView } from '../roles.ts';
import { closestMemory, isCancellation, isCorrection, isKnown, subjectOf } from './memoryMatch.ts';
import { memoryText, type MemoryForm } from './memoryText.ts';
import { isProhibited, kindMatch, readSkill, type SkillDemand } from './skillDemand.ts';
import { spanFacts, type SpanFact } from './spanFacts.ts';

/**
 * The executor without a model. Law: what is remembered follows from the words of the selected skills. Every fact of the
 * span is scored by what each skill's text asks for; skills share the budget, each taking its own best; prohibitions of any
 * selected skill bind all; no action is of a type no selected skill has.
 */

interface ReadSkill {
  readonly name: string;
  readonly demand: SkillDemand;
}

interface Claim {
  readonly fact: SpanFact;
  readonly score: number;
}

/** A skill for kinds of its own takes only facts that are of one of them. */
const MIN_KIND = 0.25;
/** Below this even a skill for everything leaves a fact alone: greetings, questions, filler. */
const MIN_SCORE = 0.06;
/** Share of the score that salience decides among facts of the wanted kind. */
const SALIENCE_SHARE = 0.65;
/** A merged memory longer than this is no longer one fact. */
const MAX_MERGED_CHARACTERS = 320;

/** How much a skill wants a fact, 0 to 1. */
function scoreOf(demand: SkillDemand, { analysis }: SpanFact): number {
  const kind = kindMatch(demand, analysis);
  const wanted = kind >= MIN_KIND ? kind : 0;
  const score =
    wanted * (1 - SALIENCE_SHARE + SALIENCE_SHARE * analysis.salience) +
    demand.breadth * (1 - wanted) * analysis.salience;
  return score >= MIN_SCORE ? score : 0;
}

function claimsOf(demand: SkillDemand, facts: readonly SpanFact[]): Claim[] {
  return facts
    .map((fact) => ({ fact, score: scoreOf(demand, fact) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.fact.order - b.fact.order);
}

/** The actions of one span as they come about. */
class SpanWork {
  readonly #facts: readonly SpanFact[];
  readonly #form: MemoryForm;
  readonly #memories: readonly MemoryView[];
  readonly #budget: number;
  readonly #actions: { order: number; action: MemoryAction }[] = [];
  readonly #used = new Set<SpanFact>();
  readonly #touched = new Set<string>();
  readonly #written: MemoryView[] = [];

  constructor(facts: readonly SpanFact[], form: MemoryForm, { memories, maxActions }: ExecutorInput) {
    this.#facts = facts;
    this.#form = form;
    this.#memories = memories;
    this.#budget = maxActions;
  }

  /** In the order of the text, so that a reader can follow. */
  get actions(): MemoryAction[] {
    return [...this.#actions].sort((a, b) => a.order - b.order).map(({ action }) => action);
  }

  get #isFull(): boolean {
    return this.#actions.length >= this.#budget;
  }

  get #untouched(): MemoryView[] {
    return this.#memories.filter(({ id }) => !this.#touched.has(id));
  }

  /** Deletes what a sentence cancels in so many words. */
  delete({ name, demand }: ReadSkill): void {
    for (const { fact } of claimsOf(demand, this.#facts.filter(isCancellation))) {
      const closest = this.#isFull ? null : closestMemory(fact, this.#untouched);
      if (closest === null) continue;
      this.#touched.add(closest.memory.id);
      this.#actions.push({
        order: fact.order,
        action: { type: 'delete', memory: closest.memory.id, skill: name },
      });
    }
  }

  /** Merges sentences that correct or extend a memory into it. */
  update({ name, demand }: ReadSkill): void {
    for (const { fact } of claimsOf(demand, this.#facts)) {
      if (this.#isFull || this.#used.has(fact) || fact.isPicture) continue;
      const closest = closestMemory(fact, this.#untouched);
      if (closest === null || closest.overlap.added === 0 || isKnown(fact, closest.memory)) continue;
      const text = this.#merged(fact, closest.memory);
      if (text === null) continue;
      this.#used.add(fact);
      this.#touched.add(closest.memory.id);
      this.#actions.push({
        order: fact.order,
        action: { type: 'update', memory: closest.memory.id, text, skill: name },
      });
    }
  }

  /** Skills take turns, each with the best fact nobody took yet. */
  insert(skills: readonly ReadSkill[]): void {
    const queues = skills.map(({ name, demand }) => ({ name, claims: claimsOf(demand, this.#facts) }));
    for (let before = -1; before < this.#actions.length;) {
      before = this.#actions.length;
      for (const { name, claims } of queues) if (!this.#isFull) this.#insertNext(claims, name);
    }
  }

  #insertNext(claims: Claim[], skill: string): void {
    for (let claim = claims.shift(); claim !== undefined; claim = claims.shift()) {
      const { fact } = claim;
      if (this.#used.has(fact)) continue;
      this.#used.add(fact);
      const text = this.#isNews(fact) ? memoryText(fact, this.#form) : null;
      if (text === null || text.trim() === '') continue;
      this.#written.push({ id: '', text });
      this.#actions.push({ order: fact.order, action: { type: 'insert', text, skill } });
      return;
    }
  }

  #isNews(fact: SpanFact): boolean {
    return ![...this.#memories, ...this.#written].some((memory) => isKnown(fact, memory));
  }

  #merged(fact: SpanFact, memory: MemoryView): string | null {
    const written = memoryText(fact, this.#form);
    if (written === null) return null;
    if (isCorrection(fact)) return written;
    const subject = subjectOf(written);
    const addition = subject === null ? written : written.slice(subject.length + 2);
    const text = `${memory.text} ${addition}`;
    return text.length <= MAX_MERGED_CHARACTERS ? text : null;
  }
}

function formOf(skills: readonly ReadSkill[], day: MemoryForm['day']): MemoryForm {
  return {
    day,
    resolvesDates: skills.some(({ demand }) => demand.resolvesDates),
    removesDates: skills.some(({ demand }) => demand.prohibitedFacets.has('time')),
    hidesNames: skills.some(({ demand }) => demand.hidesNames),
  };
}

function execute(input: ExecutorInput): MemoryAction[] {
  const read = input.skills.map((skill) => ({
    name: skill.name,
    type: skill.type,
    demand: readSkill(skill),
  }));
  const ofType = (type: SkillType): ReadSkill[] => read.filter((skill) => skill.type === type);
  const active = read.filter(({ type }) => type !== 'noop');
  if (active.length === 0 || input.maxActions <= 0) return [];
  const { day, facts } = spanFacts(input.span, input.date);
  const allowed = facts.filter(
    ({ analysis }) => !active.some(({ demand }) => isProhibited(demand, analysis)),
  );
  const work = new SpanWork(allowed, formOf(active, day), input);
  for (const skill of ofType('delete')) work.delete(skill);
  for (const skill of ofType('update')) work.update(skill);
  work.insert(ofType('insert'));
  return work.actions;
}

/** Applies skills by reading their text; deterministic, a few milliseconds for a span. It cannot fail on any text. */
export function createBuiltinExecutor(): Executor {
  return {
    id: 'builtin',
    execute: async (input, signal) => {
      throwIfAborted(signal);
      return { actions: execute(input), failure: null };
    },
  };
}
