import type { SkillType } from '../../contract/skill.ts';
import type { HardCase } from '../../contract/hardCase.ts';
import { contentStems } from '../../hardCases/contentWords.ts';
import { topicWords } from './clusterReading.ts';
import { kindsOf, type InformationKind } from './informationKinds.ts';
import { addBullets, bulletsOf, replaceBullets, SECTIONS, setActionType } from './instructionLayout.ts';
import { listOf, shownAspects } from './newSkill.ts';
import { KIND_ASPECTS } from './kindAspects.ts';

/** What a reviewer's comment can do to a draft. Each edit gives null when it would change nothing. */

/** The draft as one text; a refinement is edited as the whole skill it leads to. */
export interface EditableSkill {
  readonly name: string;
  readonly description: string;
  readonly instruction: string;
  readonly type: SkillType;
}

export interface EditContext {
  readonly cases: readonly HardCase[];
}

export type Edit = (skill: EditableSkill, context: EditContext) => EditableSkill | null;

/** Bullets a "When to use" section keeps when it is made general again. */
const GENERAL_BULLETS = 2;
const MAX_SPECIFIC_WORDS = 3;

function unlessSame(edited: EditableSkill, skill: EditableSkill): EditableSkill | null {
  const isSame =
    edited.name === skill.name &&
    edited.description === skill.description &&
    edited.instruction === skill.instruction &&
    edited.type === skill.type;
  return isSame ? null : edited;
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/su.exec(text)?.[0] ?? text;
}

function mainKinds(cases: readonly HardCase[]): InformationKind[] {
  const counts = new Map<InformationKind, number>();
  for (const { question, golds, chain } of cases) {
    const evidence = chain.evidence.map((turn) => turn.text);
    for (const [kind, strength] of kindsOf({ question, golds, evidence }))
      counts.set(kind, (counts.get(kind) ?? 0) + strength);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([kind]) => kind);
}

/** Half of the bullets of each section, at least one, and one sentence of description. */
export const shorten: Edit = (skill) => {
  const instruction = SECTIONS.reduce((text, section) => {
    const bullets = bulletsOf(text, section);
    return bullets.length < 2
      ? text
      : replaceBullets(text, section, bullets.slice(0, Math.ceil(bullets.length / 2)));
  }, skill.instruction);
  return unlessSame({ ...skill, instruction, description: firstSentence(skill.description) }, skill);
};

function aspectBullets(skill: EditableSkill, { cases }: EditContext): string[] {
  const [kind] = mainKinds(cases);
  if (kind === undefined) return [];
  const shown = shownAspects(kind, cases);
  const others = KIND_ASPECTS[kind].filter((aspect) => !shown.includes(aspect));
  return [...shown, ...others]
    .map(({ bullet }) => bullet)
    .filter((bullet) => !skill.instruction.includes(bullet));
}

/** Two more occasions of the kind the cluster lost, those its evidence shows first. */
export const lengthen: Edit = (skill, context) => {
  const bullets = aspectBullets(skill, context).slice(0, 2);
  return unlessSame({ ...skill, instruction: addBullets(skill.instruction, 'when', bullets) }, skill);
};

/** Names the subjects of the cluster's evidence. */
export const specify: Edit = (skill, { cases }) => {
  const mentioned = new Set(contentStems(`${skill.description} ${skill.instruction}`));
  const words = topicWords(cases)
    .filter((word) => contentStems(word).every((stem) => !mentioned.has(stem)))
    .slice(0, MAX_SPECIFIC_WORDS);
  if (words.length === 0) return null;
  return {
    ...skill,
    description: `${skill.description} This includes ${listOf(words)}.`,
    instruction: addBullets(skill.instruction, 'when', [`The text speaks of ${listOf(words, 'or')}.`]),
  };
};

/** Back to the first occasions and the first sentence: particulars were added behind them. */
export const generalise: Edit = (skill) => {
  const bullets = bulletsOf(skill.instruction, 'when');
  const instruction =
    bullets.length > GENERAL_BULLETS
      ? replaceBullets(skill.instruction, 'when', bullets.slice(0, GENERAL_BULLETS))
      : skill.instruction;
  return unlessSame({ ...skill, instruction, description: firstSentence(skill.description) }, skill);
};

/** The first half of the occasions; the rest is for a draft of its own. */
export const split: Edit = (skill) => {
  const bullets = bulletsOf(skill.instruction, 'when');
  return bullets.length < 2
    ? null
    : {
        ...skill,
        instruction: replaceBullets(
          skill.instruction,
          'when',
          bullets.slice(0, Math.ceil(bullets.length / 2)),
        ),
      };
};

/** Asks for one thing more. */
export function cover(subject: string): Edit {
  return (skill) =>
    unlessSame(
      {
        ...skill,
        description: skill.description.includes(subject)
          ? skill.description
          : `${skill.description} Also covers ${subject}.`,
        instruction: addBullets(skill.instruction, 'when', [`The text mentions ${subject}.`]),
      },
      skill,
    );
}

export function prohibit(subject: string): Edit {
  return (skill) =>
    unlessSame(
      { ...skill, instruction: addBullets(skill.instruction, 'constraints', [`Do not record ${subject}.`]) },
      skill,
    );
}

export function restrict(condition: string): Edit {
  return (skill) =>
    unlessSame(
      {
        ...skill,
        instruction: addBullets(skill.instruction, 'constraints', [`Use this only ${condition}.`]),
      },
      skill,
    );
}

export function rename(name: string): Edit {
  return (skill) => unlessSame({ ...skill, name }, skill);
}

export function retype(type: SkillType): Edit {
  return (skill) =>
    unlessSame({ ...skill, type, instruction: setActionType(skill.instruction, type) }, skill);
}

const ISO_BULLET = 'Write every calendar date in ISO form, YYYY-MM-DD.';

export const useIsoDates: Edit = (skill) =>
  unlessSame(
    {
      ...skill,
      instruction: addBullets(skill.instruction.replaceAll('7 May 2023', '2023-05-07'), 'how', [ISO_BULLET]),
    },
    skill,
  );
