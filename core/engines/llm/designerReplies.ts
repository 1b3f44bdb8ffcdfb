import { z } from 'zod';
import type { BankChange } from '../../contract/proposal.ts';
import { SKILL_LIMITS, type Skill } from '../../contract/skill.ts';
import { longestReply, MAX_REPETITIONS, type ReplySchema } from '../../models/replySchema.ts';
import { objectOf, type Reading } from './checkedReply.ts';
import { oneLine, unquote } from './quoting.ts';

/** Forms of the designer's replies, and what they are read into. Explanations come before the verdicts they lead to. */

export const ROOT_CAUSES = [
  'storage_failure',
  'memory_quality_failure',
  'retrieval_failure',
  'answering_failure',
] as const;
export const FIXES = ['add_skill', 'refine_skill', 'no_change'] as const;
export const PRIORITIES = ['high', 'medium', 'low'] as const;

const NO_SKILL = 'none';

const analysisSchema = z.object({
  explanation: z.string(),
  pattern: z.string(),
  cases: z.array(z.string()),
  rootCause: z.enum(ROOT_CAUSES),
  fix: z.enum(FIXES),
  /** Name of the skill it concerns, or "none". */
  skill: z.string(),
  proposal: z.string(),
  priority: z.enum(PRIORITIES),
});
export type Analysis = z.infer<typeof analysisSchema>;

/** Shares of the reply's room among its texts, and the most characters of each. */
interface TextBounds<Name extends string> {
  readonly most: Readonly<Record<Name, number>>;
  readonly build: (lengths: Readonly<Record<Name, number>>) => ReplySchema;
}

/** The form with its texts as long as they may be, all shortened alike where the reply has not the room. */
function bounded<Name extends string>(
  { most, build }: TextBounds<Name>,
  replyCharacters: number,
): ReplySchema {
  const scaled = (share: number): ReplySchema =>
    build(
      // The keys of `most` are the names.
      Object.fromEntries(
        Object.entries<number>(most).map(([name, length]) => [name, Math.max(1, Math.floor(length * share))]),
      ) as Record<Name, number>,
    );
  for (let percent = 100; percent > 1; percent -= 1) {
    const schema = scaled(percent / 100);
    if (longestReply(schema) <= replyCharacters) return schema;
  }
  return scaled(0.01);
}

export interface AnalysisScope {
  readonly caseLabels: readonly string[];
  readonly skills: readonly Skill[];
  readonly isRefineOnly: boolean;
}

const allowedFixes = (isRefineOnly: boolean): (typeof FIXES)[number][] =>
  FIXES.filter((fix) => !(isRefineOnly && fix === 'add_skill'));

export function analysisReplySchema(
  { caseLabels, skills, isRefineOnly }: AnalysisScope,
  replyCharacters: number,
): ReplySchema {
  return bounded(
    {
      most: { explanation: 700, pattern: 160, proposal: 500 },
      build: (lengths) =>
        objectOf({
          explanation: { type: 'string', maxLength: lengths.explanation },
          pattern: { type: 'string', maxLength: lengths.pattern },
          cases: { type: 'array', items: { enum: caseLabels }, maxItems: caseLabels.length },
          rootCause: { enum: ROOT_CAUSES },
          fix: { enum: allowedFixes(isRefineOnly) },
          skill: { enum: [...skills.map(({ name }) => name), NO_SKILL] },
          proposal: { type: 'string', maxLength: lengths.proposal },
          priority: { enum: PRIORITIES },
        }),
    },
    replyCharacters,
  );
}

export function readAnalysis(value: unknown, scope: AnalysisScope): Reading<Analysis> {
  const parsed = analysisSchema.safeParse(value);
  if (!parsed.success) return { problem: 'the analysis has not the form that was asked for' };
  const analysis = parsed.data;
  if (!allowedFixes(scope.isRefineOnly).includes(analysis.fix))
    return { problem: 'the analysis wants a new skill where only refinements are allowed' };
  if (analysis.skill !== NO_SKILL && !scope.skills.some(({ name }) => name === analysis.skill))
    return { problem: 'the analysis names a skill the bank does not have' };
  const cases = [...new Set(analysis.cases)].filter((label) => scope.caseLabels.includes(label));
  return {
    value: {
      ...analysis,
      cases,
      explanation: oneLine(unquote(analysis.explanation)),
      pattern: oneLine(unquote(analysis.pattern)),
      proposal: oneLine(unquote(analysis.proposal)),
    },
  };
}

export interface DraftScope {
  /** Skills that may be refined. */
  readonly refinable: readonly Skill[];
  readonly mayAdd: boolean;
}

/** No change, or one as the model wrote it; its texts are still to be validated. */
export interface ReadDraft {
  readonly change: BankChange | null;
  /** Reasoning, or what was done about a comment. */
  readonly words: string;
}

type WordsKey = 'reasoning' | 'response';

/** A refinement gives both texts whole: a grammar cannot leave a property out. */
export function draftReplySchema(
  { refinable, mayAdd }: DraftScope,
  wordsKey: WordsKey,
  replyCharacters: number,
): ReplySchema {
  return bounded(
    {
      most: { words: 600, name: 40, description: 300, instruction: MAX_INSTRUCTION },
      build: (lengths) => {
        const texts = {
          description: { type: 'string', minLength: 1, maxLength: lengths.description },
          instruction: { type: 'string', minLength: 1, maxLength: lengths.instruction },
        } as const;
        const name = { type: 'string', minLength: 1, maxLength: lengths.name } as const;
        const add = objectOf({
          kind: { const: 'add' },
          name,
          type: { enum: ['insert', 'update'] },
          ...texts,
        });
        const names = refinable.map((skill) => skill.name);
        const refine = objectOf({ kind: { const: 'refine' }, name: { enum: names }, ...texts });
        return objectOf({
          [wordsKey]: { type: 'string', maxLength: lengths.words },
          change: {
            oneOf: [
              ...(mayAdd ? [add] : []),
              ...(names.length > 0 ? [refine] : []),
              objectOf({ kind: { const: 'none' } }),
            ],
          },
        });
      },
    },
    replyCharacters,
  );
}

/** Longest instruction a reply can hold, in characters: a grammar repeats no rule more often. */
export const MAX_INSTRUCTION = Math.min(MAX_REPETITIONS, SKILL_LIMITS.instructionLength);

const texts = { description: z.string(), instruction: z.string() };
const changeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('add'), name: z.string(), type: z.enum(['insert', 'update']), ...texts }),
  z.object({ kind: z.literal('refine'), name: z.string(), ...texts }),
  z.object({ kind: z.literal('none') }),
]);
const replySchemas = {
  reasoning: z.object({ reasoning: z.string(), change: changeSchema }).transform(({ reasoning, change }) => ({
    words: reasoning,
    change,
  })),
  response: z.object({ response: z.string(), change: changeSchema }).transform(({ response, change }) => ({
    words: response,
    change,
  })),
} as const;

/** "Keep Pets!" -> "keep_pets": the grammar cannot hold a model to a pattern. */
function snakeCase(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/gu, '_')
    .replace(/^[_0-9]+|_+$/gu, '');
}

const DECLARED = /\baction(?:\s+type)?s?\s*[:=]\s*\w+|\b(?:insert|update|delete|noop)\s+only\b/iu;

/** The instruction with its closing line where the model left it out; a wrong one is for the validator to tell. */
function withActionLine(instruction: string, type: Skill['type']): string {
  return DECLARED.test(instruction)
    ? instruction
    : `${instruction.trimEnd()}\n\nAction type: ${type.toUpperCase()} only.`;
}

export function readDraft(value: unknown, scope: DraftScope, wordsKey: WordsKey): Reading<ReadDraft> {
  const parsed = replySchemas[wordsKey].safeParse(value);
  if (!parsed.success) return { problem: 'The draft has not the form that was asked for.' };
  const { change } = parsed.data;
  const words = unquote(parsed.data.words).trim();
  if (change.kind === 'none') return { value: { change: null, words } };
  const description = unquote(change.description).trim();
  const instruction = unquote(change.instruction).trim();
  if (change.kind === 'add') {
    if (!scope.mayAdd) return { problem: 'A new skill is not allowed in this run; refine an existing one.' };
    const { type } = change;
    const skill = {
      name: snakeCase(change.name),
      description,
      instruction: withActionLine(instruction, type),
      type,
    };
    return { value: { change: { kind: 'add', skill }, words } };
  }
  const old = scope.refinable.find(({ name }) => name === change.name);
  if (old === undefined) return { problem: `Skill ${JSON.stringify(change.name)} cannot be refined here.` };
  const after = withActionLine(instruction, old.type);
  const changes = {
    ...(description === old.description.trim() ? {} : { description }),
    ...(after === old.instruction.trim() ? {} : { instruction: after }),
  };
  return Object.keys(changes).length === 0
    ? { problem: `The refinement of ${old.name} changes nothing.` }
    : { value: { change: { kind: 'refine', name: old.name, changes }, words } };
}
