import type { BankChange } from '../../contract/proposal.ts';
import { SKILL_LIMITS, type Skill } from '../../contract/skill.ts';
import { contentStems } from '../../hardCases/contentWords.ts';
import { topicWords, type KindLoss } from './clusterReading.ts';
import { addBullets, type Section } from './instructionLayout.ts';
import { KIND_GUIDES } from './kindGuides.ts';
import { listOf, shownAspects } from './newSkill.ts';

/** Refinements of an existing skill. They only add: what a reviewer approved before is not taken out again. */

const MAX_TOPIC_WORDS = 3;

interface Addition {
  readonly bullets: readonly (readonly [Section, readonly string[]])[];
  /** Added to the description, because the controller may see nothing else of a skill (reference 15.2 #39). */
  readonly description: string;
}

function refine(skill: Skill, { bullets, description }: Addition): BankChange | null {
  const instruction = bullets.reduce(
    (text, [section, list]) => addBullets(text, section, list),
    skill.instruction,
  );
  if (instruction === skill.instruction || instruction.length > SKILL_LIMITS.instructionLength) return null;
  const longer = `${skill.description} ${description}`;
  return {
    kind: 'refine',
    name: skill.name,
    changes:
      longer.length <= SKILL_LIMITS.descriptionLength && !skill.description.includes(description)
        ? { instruction, description: longer }
        : { instruction },
  };
}

function mentionedStems({ description, instruction }: Skill): ReadonlySet<string> {
  return new Set(contentStems(`${description} ${instruction}`));
}

/** Words of the cases that the skill's text does not mention yet. */
function unmentionedWords(skill: Skill, { cases }: KindLoss): string[] {
  const mentioned = mentionedStems(skill);
  return topicWords(cases)
    .filter((word) => contentStems(word).every((stem) => !mentioned.has(stem)))
    .slice(0, MAX_TOPIC_WORDS);
}

/** Refinements of a skill that is for the kind already: the aspects, then the subjects, that it does not mention. */
export function kindRefinements(skill: Skill, loss: KindLoss): BankChange[] {
  const mentioned = mentionedStems(skill);
  const aspects = shownAspects(loss.kind, loss.cases)
    .map(({ bullet }) => bullet)
    .filter((bullet) => contentStems(bullet).some((stem) => !mentioned.has(stem)));
  const words = unmentionedWords(skill, loss);
  const subjects = listOf(words, 'or');
  return [
    ...(aspects.length > 0
      ? [refine(skill, { bullets: [['when', aspects]], description: aspects.join(' ') })]
      : []),
    ...(words.length > 0
      ? [
          refine(skill, {
            bullets: [['when', [`The text speaks of ${subjects}.`]]],
            description: `This includes ${listOf(words)}.`,
          }),
        ]
      : []),
  ].filter((change) => change !== null);
}

/** Makes a skill that is for other things ask for the kind as well. */
export function kindIntroductions(skill: Skill, { kind }: KindLoss): BankChange[] {
  const { description, when, how, noun } = KIND_GUIDES[kind];
  return [
    refine(skill, {
      bullets: [
        ['when', when],
        ['how', how],
      ],
      description,
    }),
    refine(skill, {
      bullets: [['how', [`Whenever the text gives ${noun}, take them into the memory.`, ...how.slice(0, 1)]]],
      description: `Takes ${noun} into the memory.`,
    }),
  ].filter((change) => change !== null);
}

/** Makes memories easier to find: they repeat names and key words, or spell out what pronouns refer to. */
export function retrievalRefinements(skill: Skill): BankChange[] {
  return [
    refine(skill, {
      bullets: [
        [
          'how',
          [
            "Repeat the speaker's name and the key words of the text in each memory, so that it can be found.",
          ],
        ],
      ],
      description: 'Memories repeat names and key words.',
    }),
    refine(skill, {
      bullets: [
        ['how', ['Spell out what it, that and there refer to, so that each memory stands by itself.']],
      ],
      description: 'Each memory stands by itself.',
    }),
  ].filter((change) => change !== null);
}
