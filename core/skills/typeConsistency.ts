import type { SkillType } from '../contract/skill.ts';

type ActionType = Exclude<SkillType, 'noop'>;

/** Base forms that order an action of the type when memory is what they act on. */
const VERBS: Readonly<Record<ActionType, string>> = {
  insert: 'insert|add|create|append',
  update: 'update|revise|modify|edit|amend|rewrite|overwrite|merge|change|correct|replace|refine',
  delete: 'delete|remove|drop|erase|discard|purge',
};
const MEMORY = String.raw`(?:memor(?:y|ies)|items?|entr(?:y|ies)|records?)`;
/** At most a few words between the verb and what it acts on, within one clause. */
const GAP = String.raw`(?:\s+[\p{L}\p{N}'’-]+){0,5}\s+`;
/** For inserting, only a *new* item is meant: "add the detail to the memory" is an update. */
const OBJECTS: Readonly<Record<ActionType, string>> = {
  insert: String.raw`\s+(?:an?\s+|another\s+)?(?:new|separate|additional|another)${GAP.replace('{0,5}', '{0,2}')}${MEMORY}`,
  update: `${GAP}${MEMORY}`,
  delete: `${GAP}${MEMORY}`,
};
const NEGATION =
  /\b(?:not|never|no|nor|neither|without|avoid|refrain|instead of|rather than|don['’]t|cannot|can['’]t|must ?n['’]t|leave)\b/iu;
const DECLARATION =
  /\baction(?:\s+type)?s?\s*[:=]\s*(insert|update|delete|noop)\b|\b(insert|update|delete|noop)\s+only\b/giu;

/** Clauses: a prohibition reaches to the end of its sentence, not beyond. */
const sentencesOf = (text: string): string[] =>
  text.split(/(?<=[.!?;])\s+|\n+/u).filter((part) => part.trim() !== '');

/**
 * Where an instruction orders actions its type does not allow, one sentence each; empty when it is consistent. The
 * reference's released banks hold insert skills that tell the executor to update memories (15.2 #38). A reading of
 * English imperatives, so it warns and does not refuse.
 */
export function typeContradictions(instruction: string, type: SkillType): string[] {
  const declared = [...instruction.matchAll(DECLARATION)].flatMap((match) => {
    const named = (match[1] ?? match[2] ?? '').toLowerCase();
    return named === type
      ? []
      : [`The instruction declares the action type ${named}, the skill's type is ${type}.`];
  });
  const ordered = (Object.keys(VERBS) as ActionType[]) // keys of a literal Record
    .filter((other) => other !== type)
    .flatMap((other) => {
      const order = new RegExp(String.raw`\b(?:${VERBS[other]})\b${OBJECTS[other]}\b`, 'iu');
      const sentence = sentencesOf(instruction).find((one) => {
        const match = order.exec(one);
        return match !== null && !NEGATION.test(one.slice(0, match.index + match[0].length));
      });
      return sentence === undefined
        ? []
        : [`The skill's type is ${type}, but the instruction asks for ${other}: "${sentence.trim()}".`];
    });
  return [...new Set([...declared, ...ordered])];
}
