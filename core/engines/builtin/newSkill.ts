import type { HardCase } from '../../contract/hardCase.ts';
import type { BankChange } from '../../contract/proposal.ts';
import { SKILL_LIMITS, type SkillType } from '../../contract/skill.ts';
import { topicWords, type KindLoss } from './clusterReading.ts';
import type { InformationKind } from './informationKinds.ts';
import { writeInstruction, type Guide } from './instructionLayout.ts';
import { KIND_ASPECTS, type Aspect } from './kindAspects.ts';
import { KIND_GUIDES } from './kindGuides.ts';

/** New skills for a kind of information or for a topic, each in several approaches, the most direct first. */

/** Aspects and topic words taken into one text: a skill that lists everything asks for nothing. */
const MAX_ASPECTS = 3;
const MAX_TOPIC_WORDS = 3;
const ASPECT_SHARE = 0.2;

/** "a", "a and b", "a, b and c" */
export function listOf(words: readonly string[], conjunction = 'and'): string {
  const [last = '', ...before] = [...words].reverse();
  return before.length === 0 ? last : `${before.reverse().join(', ')} ${conjunction} ${last}`;
}

function textOf({ question, golds, chain }: HardCase): string {
  return [question, ...golds, ...chain.evidence.map((turn) => turn.text)].join('\n');
}

/** Aspects of the kind that at least a fifth of the cases show, most frequent first. */
export function shownAspects(kind: InformationKind, cases: readonly HardCase[]): Aspect[] {
  return KIND_ASPECTS[kind]
    .map((aspect) => ({ aspect, count: cases.filter((one) => aspect.sign.test(textOf(one))).length }))
    .filter(({ count }) => count >= Math.max(1, cases.length * ASPECT_SHARE))
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_ASPECTS)
    .map(({ aspect }) => aspect);
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const name = wanted
    .replace(/[^a-z0-9]+/gu, '_')
    .slice(0, SKILL_LIMITS.nameLength - 4)
    .replace(/_+$/u, '');
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name}_${number}`)) number += 1;
  return `${name}_${number}`;
}

interface Text extends Guide {
  readonly name: string;
  readonly description: string;
}

function addition(text: Text, type: SkillType, taken: ReadonlySet<string>): BankChange {
  return {
    kind: 'add',
    skill: {
      name: freeName(text.name, taken),
      description: text.description,
      instruction: writeInstruction(text, type),
      type,
    },
  };
}

/** Asks for the kind itself, with the aspects the evidence shows. */
function capture({ kind, cases }: KindLoss): Text {
  const guide = KIND_GUIDES[kind];
  return { ...guide, when: [...guide.when, ...shownAspects(kind, cases).map(({ bullet }) => bullet)] };
}

/** Asks for the kind only in the subjects of the evidence. */
function focus({ kind }: KindLoss, words: readonly string[]): Text {
  const { noun, how, constraints } = KIND_GUIDES[kind];
  const subjects = listOf(words, 'or');
  return {
    name: `${noun.split(' ')[0] ?? kind}_about_${words.join('_')}`,
    description: `Record the ${noun} given with ${listOf(words)}.`,
    title: `Keep ${noun} about ${listOf(words)}`,
    purpose: `Questions about ${subjects} need the ${noun} that belong to them.`,
    when: [`A sentence speaks of ${subjects} and gives ${noun}.`],
    how: [...how.slice(0, 1), `Mention ${subjects} by that word in the memory.`],
    constraints: constraints.slice(-1),
  };
}

/** Completes memories that exist but lack the kind: an update. */
function complete({ kind }: KindLoss): Text {
  const { noun, how } = KIND_GUIDES[kind];
  return {
    name: `complete_${noun.replaceAll(' ', '_')}`,
    description: `Complete a retrieved memory with the ${noun} that the text adds to it.`,
    title: `Complete memories with ${noun}`,
    purpose: `Bring ${noun} into memories that were written without them.`,
    when: [
      `A retrieved memory and the text tell of the same thing, and only the text gives ${noun}.`,
      `The text corrects ${noun} of a retrieved memory.`,
    ],
    how: [
      'Choose the retrieved memory that tells of the same thing and merge the addition into it.',
      ...how.slice(0, 1),
      'Keep everything in the memory that still holds.',
    ],
    constraints: ['Revise retrieved memories only, one at a time.'],
  };
}

/** Additions that ask for a kind, in the order in which they are tried. */
export function kindAdditions(loss: KindLoss, taken: ReadonlySet<string>): BankChange[] {
  const words = topicWords(loss.cases).slice(0, MAX_TOPIC_WORDS);
  return [
    addition(capture(loss), 'insert', taken),
    ...(words.length > 0 ? [addition(focus(loss, words), 'insert', taken)] : []),
    addition(complete(loss), 'update', taken),
  ];
}

function topicText(words: readonly string[]): Text {
  const subject = listOf(words);
  return {
    name: `remember_${words.join('_')}`,
    description: `Record what is said about ${subject}.`,
    title: `Remember ${subject}`,
    purpose: `Store what people tell about ${subject}, which questions come back to.`,
    when: [`The text speaks of ${listOf(words, 'or')}.`],
    how: [`Write each statement about ${listOf(words, 'or')} as a memory of its own, with its details.`],
    constraints: ['Keep to what the text states.', 'Leave existing memories as they are.'],
  };
}

function topicUpdate(words: readonly string[]): Text {
  const subject = listOf(words);
  return {
    name: `extend_${words.join('_')}`,
    description: `Extend retrieved memories about ${subject} with new details of the text.`,
    title: `Extend memories about ${subject}`,
    purpose: `What memory holds about ${subject} grows with every new detail.`,
    when: [`A retrieved memory is about ${listOf(words, 'or')} and the text adds to it.`],
    how: ['Choose the retrieved memory that fits best, merge the detail into it and keep the rest.'],
    constraints: ['Revise retrieved memories only, one at a time.'],
  };
}

/** Additions for the words the evidence shares, where no kind fits; none when it shares no word. */
export function topicAdditions(cases: readonly HardCase[], taken: ReadonlySet<string>): BankChange[] {
  const words = topicWords(cases);
  const first = words.slice(0, MAX_TOPIC_WORDS);
  const second = words.slice(MAX_TOPIC_WORDS, 2 * MAX_TOPIC_WORDS);
  return [
    ...[first, second]
      .filter((some) => some.length > 0)
      .map((some) => addition(topicText(some), 'insert', taken)),
    ...(first.length > 0 ? [addition(topicUpdate(first), 'update', taken)] : []),
  ];
}
