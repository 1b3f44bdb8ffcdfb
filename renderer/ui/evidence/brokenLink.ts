import type { Diagnosis } from '../../../core/contract/hardCase.ts';

/** The five links between what was said and the answer, in order. */
export const CHAIN_LINKS = ['said', 'skills', 'actions', 'memory', 'answer'] as const;
export type ChainLink = (typeof CHAIN_LINKS)[number];

const BROKEN_LINKS: Readonly<Record<Diagnosis, ChainLink | null>> = {
  not_stored: 'actions',
  stored_weak: 'memory',
  not_retrieved: 'memory',
  not_used: 'answer',
  // A person's word about the question itself, not about a link.
  bad_case: null,
};

/** Where the chain broke first; null when it is the question that is bad. */
export function brokenLink(diagnosis: Diagnosis): ChainLink | null {
  return BROKEN_LINKS[diagnosis];
}

/** How a link stands to the broken one: what comes after the break could not have worked. Null: the answer was right. */
export function linkState(link: ChainLink, diagnosis: Diagnosis | null): 'held' | 'broken' | 'after' {
  const broken = diagnosis === null ? null : brokenLink(diagnosis);
  if (broken === null) return 'held';
  const distance = CHAIN_LINKS.indexOf(link) - CHAIN_LINKS.indexOf(broken);
  if (distance === 0) return 'broken';
  return distance < 0 ? 'held' : 'after';
}

/** What a diagnosis means, and what can be done about it. */
export const DIAGNOSIS_MEANINGS: Readonly<Record<Diagnosis, string>> = {
  not_stored:
    'The evidence was read, but no memory holds the fact: nothing that was written for it kept it. A skill that asks for this kind of fact can help.',
  stored_weak:
    'A memory holds part of the fact, but not enough to answer from it, such as an event without its date. A skill that asks for the missing part can help.',
  not_retrieved:
    'A memory holds the fact, but other memories were closer to the question, so the answerer never saw it. Memories in plainer words, or fewer of them, can help.',
  not_used:
    'The answerer saw a memory with the fact and still answered wrongly. A memory that says the fact more clearly can help.',
  bad_case:
    'A person marked the question or its accepted answer as wrong. It counts for no cluster, replay or designer.',
};
