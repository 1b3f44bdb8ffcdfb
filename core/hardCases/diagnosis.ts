import type { Diagnosis, EvidenceChain, MemoryAction } from '../contract/hardCase.ts';
import type { Question, Trace, Turn } from '../datasets/trace.ts';
import {
  coverageOf,
  evidenceTurns,
  neededFacts,
  readText,
  WEAK_COVERAGE,
  type Coverage,
  type NeededFact,
} from './neededFact.ts';

/** What one span's step did: the skills selected with their probability and the actions that were applied. */
export interface SpanRecord {
  readonly spanIndex: number;
  readonly skills: readonly { readonly name: string; readonly probability: number }[];
  readonly actions: readonly MemoryAction[];
}

/** A memory of the episode's final bank, and the span that wrote it. */
export interface FinalMemory {
  readonly id: string;
  readonly text: string;
  readonly spanIndex: number;
}

export interface DiagnosisInput {
  readonly question: Question;
  readonly trace: Trace;
  readonly spanRecords: readonly SpanRecord[];
  readonly memories: readonly FinalMemory[];
  /** All memories for this question, most similar first. */
  readonly ranking: readonly { readonly id: string; readonly similarity: number }[];
  /** How many of the ranking the answerer saw (the k of retrieval, or fewer when memory holds fewer). */
  readonly shownCount: number;
}

export type ComputedDiagnosis = Exclude<Diagnosis, 'bad_case'>;

const LINKS: readonly ComputedDiagnosis[] = ['not_stored', 'stored_weak', 'not_retrieved', 'not_used'];

/** Actions shown for a span where none concerns the evidence. */
const FIRST_ACTIONS = 3;

interface Candidate {
  readonly memory: FinalMemory;
  readonly coverage: Coverage;
  readonly rank: number | null;
}

interface Link {
  readonly diagnosis: ComputedDiagnosis;
  readonly best: Candidate | null;
}

/** Best first: the fact whole, then retrieved earlier; else more of it, then written where the evidence was seen. */
function compareCandidates(a: Candidate, b: Candidate, spans: ReadonlySet<number>): number {
  if (a.coverage.isStored !== b.coverage.isStored) return a.coverage.isStored ? -1 : 1;
  const rank = (candidate: Candidate): number => candidate.rank ?? Infinity;
  if (a.coverage.isStored && rank(a) !== rank(b)) return rank(a) - rank(b);
  const seen = (candidate: Candidate): number => (spans.has(candidate.memory.spanIndex) ? 1 : 0);
  return b.coverage.total - a.coverage.total || seen(b) - seen(a);
}

function findLink(
  fact: NeededFact,
  input: DiagnosisInput,
  by: { readonly ranks: ReadonlyMap<string, number>; readonly spans: ReadonlySet<number> },
): Link {
  let best: Candidate | null = null;
  for (const memory of input.memories) {
    const coverage = coverageOf(fact, readText(memory.text));
    if (coverage.total < WEAK_COVERAGE) continue;
    const candidate = { memory, coverage, rank: by.ranks.get(memory.id) ?? null };
    if (best === null || compareCandidates(candidate, best, by.spans) < 0) best = candidate;
  }
  if (best === null) return { diagnosis: 'not_stored', best };
  if (!best.coverage.isStored) return { diagnosis: 'stored_weak', best };
  const isShown = best.rank !== null && best.rank <= input.shownCount;
  return { diagnosis: isShown ? 'not_used' : 'not_retrieved', best };
}

function spansOf(turn: Turn, trace: Trace): number[] {
  return trace.spans.filter((span) => span.turnIds.includes(turn.id)).map((span) => span.index);
}

function concernsFacts(
  action: MemoryAction,
  facts: readonly NeededFact[],
  memories: readonly FinalMemory[],
): boolean {
  const text = 'text' in action ? action.text : memories.find((memory) => memory.id === action.memory)?.text;
  return text !== undefined && facts.some((fact) => coverageOf(fact, readText(text)).total >= WEAK_COVERAGE);
}

function chainSpans(
  indices: readonly number[],
  facts: readonly NeededFact[],
  input: DiagnosisInput,
): EvidenceChain['spans'] {
  return indices.map((spanIndex) => {
    const record = input.spanRecords.find((candidate) => candidate.spanIndex === spanIndex);
    const actions = record?.actions ?? [];
    const concerned = actions.filter((action) => concernsFacts(action, facts, input.memories));
    return {
      spanIndex,
      date: input.trace.spans.find((span) => span.index === spanIndex)?.date ?? null,
      skills: (record?.skills ?? []).map((skill) => ({ ...skill })),
      actions: [...(concerned.length > 0 ? concerned : actions.slice(0, FIRST_ACTIONS))],
    };
  });
}

function shownMemories(input: DiagnosisInput): EvidenceChain['retrieved'] {
  const texts = new Map(input.memories.map((memory) => [memory.id, memory.text]));
  return input.ranking
    .slice(0, input.shownCount)
    .map(({ id, similarity }) => ({ memoryId: id, text: texts.get(id) ?? '', similarity }));
}

/**
 * Finds the first broken link between what was said and a wrong answer (design 7), for a question that failed.
 *
 * For each fact the question needs (`neededFacts`): `not_stored` when no memory holds a quarter of it, `stored_weak` when
 * the best memory holds only part, `not_retrieved` when a memory holds it but ranks behind those shown, `not_used` when
 * it was shown. The question gets its earliest broken link; the chain's `needed` memory belongs to that link. Where the
 * gold is a date, a memory holds it only by an explicit date: one that says "yesterday" is `stored_weak`. Questions
 * without evidence ids are read as `evidenceTurns` says. `bad_case` is a person's word and never computed.
 */
export function diagnose(input: DiagnosisInput): { diagnosis: ComputedDiagnosis; chain: EvidenceChain } {
  const { question, trace } = input;
  const turns = evidenceTurns(question, trace);
  const facts = neededFacts(question, trace, turns);
  const turnSpans = turns.map((turn) => spansOf(turn, trace));
  const spans = [...new Set(turnSpans.flat())].sort((a, b) => a - b);
  const by = {
    ranks: new Map(input.ranking.map(({ id }, at) => [id, at + 1])),
    spans: new Set(spans),
  };
  const links = facts.map((fact) => findLink(fact, input, by));
  const broken = links.reduce((first, link) =>
    LINKS.indexOf(link.diagnosis) < LINKS.indexOf(first.diagnosis) ? link : first,
  );
  const { best } = broken;
  return {
    diagnosis: broken.diagnosis,
    chain: {
      evidence: turns.map((turn, at) => ({
        turnId: turn.id,
        text: turn.text,
        // -1: no span holds the turn, which only happens when a trace was cut.
        spanIndex: turnSpans[at]?.[0] ?? -1,
      })),
      spans: chainSpans(spans, facts, input),
      needed:
        best === null
          ? null
          : {
              memoryId: best.memory.id,
              text: best.memory.text,
              coverage: best.coverage.total,
              rank: best.rank,
            },
      retrieved: shownMemories(input),
    },
  };
}
