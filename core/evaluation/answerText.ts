import { normaliseAnswer } from './tokenF1.ts';

/** What of a reply is the answer, and whether it is one. */

/** The first non-empty line after a label, as the reference takes it (8.1). */
const LABELLED = [
  /<answer>\s*(?<answer>[\s\S]*?)\s*<\/answer>/iu,
  /(?:^|\n)\s*(?:short )?answer:[^\S\n]*(?<answer>[^\n]+)/iu,
  /\bthe answer(?: is|:)[^\S\n]*(?<answer>[^\n]+)/iu,
];

/**
 * The answer in a reply to a HotpotQA question: inside `<answer>` tags, else behind "Answer:" or "Short answer:", else
 * behind "The answer is", else the whole reply (reference 8.1).
 */
export function extractAnswer(reply: string): string {
  for (const pattern of LABELLED) {
    const answer = pattern.exec(reply)?.groups?.['answer'];
    if (answer !== undefined) return answer.trim();
  }
  return reply.trim();
}

const ABSTAINING =
  /\b(?:no|not (?:any|enough)|insufficient) (?:information|answer|evidence|mention|record)\b|\b(?:not|never) (?:mentioned|provided|specified|stated|given|known|available|discussed)\b|\b(?:did|do|does|have|has|had)(?: not|n['’]?t) (?:mention|know|say|tell|provide|specify)|\b(?:cannot|can['’]?t|could not) (?:be )?(?:determined?|answer(?:ed)?|tell|know)\b|^(?:unknown|unanswerable|none|n\/a)$/iu;

/** Whether a reply says that there is no answer; an empty one does. */
export function isAbstaining(reply: string): boolean {
  return normaliseAnswer(reply) === '' || ABSTAINING.test(reply.trim().replace(/[.!]+$/u, ''));
}
