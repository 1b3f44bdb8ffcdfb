import type { Skill, SkillType } from '../contract/skill.ts';

interface Guide {
  readonly title: string;
  readonly purpose: string;
  readonly whenToUse: readonly string[];
  readonly howToApply: readonly string[];
  readonly constraints: readonly string[];
}

const bullets = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');

/** The layout all skills share (reference 3.2): title, purpose, when, how, constraints, the one allowed action. */
function instructionOf(type: SkillType, guide: Guide): string {
  return [
    `Skill: ${guide.title}`,
    `Purpose: ${guide.purpose}`,
    `When to use:\n${bullets(guide.whenToUse)}`,
    `How to apply:\n${bullets(guide.howToApply)}`,
    `Constraints:\n${bullets(guide.constraints)}`,
    `Action type: ${type.toUpperCase()} only.`,
  ].join('\n\n');
}

function seed(type: SkillType, description: string, guide: Guide): Skill {
  return {
    name: type,
    description,
    instruction: instructionOf(type, guide),
    type,
    origin: 'seed',
    isPinned: true,
  };
}

/**
 * A generalist on purpose: it names no special kind of information, so that what a benchmark needs beyond lasting
 * facts, events and plans is for evolution to discover.
 */
const insertSeed = seed(
  'insert',
  'Store new, lasting facts, events and plans that memory does not hold yet.',
  {
    title: 'Store what is new',
    purpose: 'Add information from the text that is worth keeping and that memory does not hold yet.',
    whenToUse: [
      'The text states a lasting fact, an event or a plan.',
      'None of the retrieved memories says the same.',
    ],
    howToApply: [
      'Compare each candidate with the retrieved memories first.',
      'Write one fact for each memory item.',
      'Keep every item short, specific and understandable on its own.',
    ],
    constraints: [
      'Leave out small talk, trivia and speculation.',
      'Never change or remove memories that already exist.',
    ],
  },
);

const updateSeed = seed('update', 'Revise a retrieved memory that the text corrects or extends.', {
  title: 'Revise what has changed',
  purpose: 'Keep one existing memory true and complete when the text brings something newer about it.',
  whenToUse: [
    'The text corrects a retrieved memory.',
    'The text adds a detail that belongs to a retrieved memory.',
  ],
  howToApply: [
    'Choose the retrieved memory that matches best.',
    'Merge the new information into it and keep what still holds.',
    'Write the whole revised text, not only the difference.',
  ],
  constraints: [
    'Only touch memories that were retrieved.',
    'Do not create new memories and do not delete any.',
    'Leave a memory alone when the text says nothing new about it.',
  ],
});

const deleteSeed = seed('delete', 'Remove a retrieved memory that the text clearly contradicts or cancels.', {
  title: 'Remove what no longer holds',
  purpose: 'Keep memory free of statements that the text shows to be wrong or void.',
  whenToUse: [
    'The text plainly contradicts, cancels or replaces a retrieved memory.',
    'Nothing of that memory is still true.',
  ],
  howToApply: ['Point to the one retrieved memory concerned.', 'Look for explicit evidence in the text.'],
  constraints: [
    'Without explicit evidence do nothing.',
    'Do not remove a memory only because it is old or not mentioned.',
    'Do not add or rewrite memories.',
  ],
});

const noopSeed = seed('noop', 'Leave memory as it is because the text brings nothing worth keeping.', {
  title: 'Change nothing',
  purpose: 'Say openly that the text needs no change to memory.',
  whenToUse: [
    'The text holds nothing lasting, or memory already holds all of it.',
    'No other selected skill led to an action.',
  ],
  howToApply: ['Give an empty list of actions.'],
  constraints: ['Never combine this with another action.'],
});

/** The four primitives in bank order. Pinned: they can be refined but not retired (15.1 #14). */
export const SEED_SKILLS: readonly Skill[] = [insertSeed, updateSeed, deleteSeed, noopSeed];

/** A new bank. `skipNoop` leaves out the fourth seed (reference 3.2). */
export function seedSkills({ skipNoop }: { skipNoop: boolean }): Skill[] {
  return SEED_SKILLS.filter(({ type }) => !(skipNoop && type === 'noop')).map((skill) => ({ ...skill }));
}
