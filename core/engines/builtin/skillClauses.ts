import type { Skill, SkillType } from '../../contract/skill.ts';
import { sentencesOf } from './spanSentences.ts';

/**
 * The text of a skill cut into pieces that ask for something, forbid something, or do neither ("do not guess a date"
 * forbids guessing, not dates).
 */
export interface SkillClause {
  readonly text: string;
  readonly polarity: 'wanted' | 'prohibited' | 'neutral';
  /** How much its place says about what the skill is for, 0 to 1. */
  readonly weight: number;
}

type Polarity = SkillClause['polarity'];

/** What the lines under a heading are worth: what a skill is for counts more than how to go about it. */
const SECTIONS: readonly (readonly [RegExp, number])[] = [
  [/^(?:purpose|goal|aim|task|objective|what (?:to|it)\b.*|summary|description)$/u, 1],
  [/^(?:when to (?:use|apply)(?: it)?|use when|when|triggers?|scope|look for)$/u, 0.7],
  [
    /^(?:how to (?:apply|use|do)(?: it)?|how|steps|method|format|procedure|guidelines?|instructions?)$/u,
    0.45,
  ],
  [
    /^(?:constraints?|rules?|limits?|restrictions|do not|don['’]ts?|avoid|exclusions?|boundaries|never)$/u,
    0.35,
  ],
  [/^(?:examples?|notes?)$/u, 0.3],
  [/^(?:action(?: type)?|allowed actions?|only (?:allowed )?action|output)$/u, 0],
  [/^(?:skill|title|name)$/u, 0.5],
];
const DESCRIPTION_WEIGHT = 1;
const PLAIN_WEIGHT = 0.8;
const HEADING = /^[#*\s]*(?<name>\p{L}[\p{L}'’ ]{1,40}?)[*\s]*(?::[*\s]*(?<rest>.*))?$/u;
/** Under these headings a bare list is a list of what not to do. */
const NEGATIVE_HEADING = /^(?:do not|don['’]ts?|avoid|exclusions?|never)$/u;

const RECORD =
  '(?:record|stor|sav|keep|kept|writ|not|remember|captur|includ|mention|log|add|retain|memori[sz]|track|insert|put|collect|preserv|list|register|document|report|archiv|gather|extract|jot|hold)';
const RECORD_FORM = `${RECORD}(?:e|es|s|ed|d|ing|ping|ting|ten|ging|ging|ring)?(?: down)?`;
const NEGATION =
  "(?:do(?:es)? not|don['’]?t|never|must not|mustn['’]?t|should not|shouldn['’]?t|cannot|can['’]?t|may not|not to|no need to|needn['’]?t|nor|will not|won['’]?t|refrain from|avoid|stop|without)";
const ADVERB = '(?:(?:ever|also|even|simply|just|only|\\p{L}+ly) )?';
const OMIT =
  '(?:ignor(?:e|es|ing)|skip(?:s|ping)?|omit(?:s|ting)?|exclud(?:e|es)|leav(?:e|es|ing) out|leave aside|disregard(?:s|ing)?|filter out|pass over)';
const DISCARD = '(?:drop|discard|throw away)';
const FORGET = '(?:forget(?: to)?|overlook|miss|neglect(?: to)?|fail to|hesitate to|los(?:e|ing))';

interface Operator {
  readonly pattern: string;
  readonly next: (before: Polarity) => Polarity;
}

const flip = (polarity: Polarity): Polarity => (polarity === 'prohibited' ? 'wanted' : 'prohibited');

/** In order of precedence at one position. */
function operatorsFor(type: SkillType): readonly Operator[] {
  // A skill that deletes says "drop" of what it is about.
  const omit = type === 'delete' ? OMIT : `(?:${OMIT}|${DISCARD})`;
  return [
    { pattern: '\\bnot (?:only|just|merely|simply)\\b', next: (before) => before },
    {
      pattern: `\\b(?:nothing|no\\p{L}*|${NEGATION} ${ADVERB}${RECORD_FORM} (?:anything|something|facts?)) (?:else )?(?:but|except|other than)\\b`,
      next: () => 'wanted',
    },
    { pattern: `\\b${NEGATION} ${ADVERB}(?:${OMIT}|${DISCARD}|${FORGET})\\b`, next: () => 'wanted' },
    {
      pattern: `\\b${NEGATION} ${ADVERB}${RECORD_FORM}\\b`,
      next: (before) => (before === 'prohibited' ? 'wanted' : 'prohibited'),
    },
    { pattern: '\\b(?:rather than|instead of)\\b', next: () => 'neutral' },
    { pattern: '\\bavoid(?:s)?(?= (?!\\p{L}+ing\\b))', next: () => 'prohibited' },
    { pattern: '\\bwithout\\b', next: (before) => (before === 'wanted' ? 'neutral' : 'wanted') },
    // "..., never dates or names": no verb stands between.
    { pattern: '\\bnever (?=\\p{L}+s(?:$|[,;]| (?:or|and)\\b))', next: () => 'prohibited' },
    { pattern: `\\b${NEGATION} \\p{L}+`, next: () => 'neutral' },
    { pattern: `\\b${omit}\\b`, next: () => 'prohibited' },
    {
      pattern:
        '\\b(?:except(?: for)?|excluding|other than|apart from|but not|unrelated to|irrelevant to|not related to|not about|not concerning|not (?:on|of))\\b',
      next: flip,
    },
    { pattern: '\\bnothing (?:about|on|of)\\b', next: () => 'prohibited' },
    {
      pattern: '(?:(?<=^)|(?<=[,:] )|(?<=\\band ))no (?!more|longer|other|matter|doubt|need)\\b',
      next: () => 'prohibited',
    },
    // "the rest" of a prohibition is what is wanted; of a wanted list nothing changes.
    {
      pattern: '(?:[;:]|\\bbut\\b|\\binstead\\b|\\brather\\b|\\bhowever\\b|\\bonly\\b)',
      next: () => 'wanted',
    },
    {
      pattern: '\\b(?:if|when|whenever|until|in case|as long as|because|since|although|though|where)\\b',
      next: (before) => (before === 'prohibited' ? 'neutral' : before),
    },
    { pattern: '\\bunless\\b', next: () => 'neutral' },
    { pattern: '(?:(?<=,)|\\band|\\bbut) (?:and |but )?not\\b(?! \\p{L}+ing\\b)', next: () => 'prohibited' },
    {
      pattern: `(?:, (?:and |then |just |always )*|\\b(?:and|then|just|always) (?:then |just |always )?)(?=${RECORD_FORM}\\b(?! (?:or|and) ${RECORD_FORM}))`,
      next: (before) => (before === 'neutral' ? 'wanted' : before),
    },
  ];
}

/** "Dates must not be recorded": what is forbidden stands in front. */
const PASSIVE = new RegExp(
  `^(?<subject>[^;:]+?)\\s+(?:must|should|may|can|shall|are|is|need|needs|will)(?:\\s+\\p{L}+ly)?(?:\\s+not|\\s+never|n['’]?t)(?:\\s+to)?(?:\\s+be)?\\s+(?:${RECORD_FORM}|needed|wanted|relevant|of interest|required|recorded|worth \\p{L}+)\\b`,
  'u',
);
/** A prohibition of doing it in some manner, not of the thing. */
const MANNER =
  /\b(?:alone|by (?:itself|themselves)|on (?:its|their) own|separately|twice|again|as (?:a )?separate|more than (?:one|once|two)|whole|verbatim|word for word|in full|duplicates?|same|invented|guessed|guesses|made-up|assumed|implied)\b/u;
/** A prohibition of vague times asks for exact ones. */
export const VAGUE_TIME =
  /\b(?:relative|vague|approximate|unresolved|ambiguous|unclear|imprecise|raw|bare|inexact|undated|floating)\b/u;

type Matcher = readonly { readonly pattern: RegExp; readonly next: Operator['next'] }[];

const matchers = new Map<SkillType, Matcher>();

function matcherFor(type: SkillType): Matcher {
  const known = matchers.get(type);
  if (known !== undefined) return known;
  const made = operatorsFor(type).map(({ pattern, next }) => ({ pattern: new RegExp(pattern, 'gu'), next }));
  matchers.set(type, made);
  return made;
}

interface Marker {
  readonly start: number;
  readonly end: number;
  readonly next: Operator['next'];
}

/** Operators in reading order; of two that overlap the one earlier in the list counts. */
function markersIn(sentence: string, type: SkillType): Marker[] {
  const markers: Marker[] = [];
  for (const { pattern, next } of matcherFor(type)) {
    for (const match of sentence.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (!markers.some((other) => start < other.end && other.start < end))
        markers.push({ start, end, next });
    }
  }
  return markers.sort((a, b) => a.start - b.start);
}

function soften(text: string, polarity: Polarity): Polarity {
  return polarity === 'prohibited' && (MANNER.test(text) || VAGUE_TIME.test(text)) ? 'neutral' : polarity;
}

function cutSentence(sentence: string, type: SkillType, start: Polarity): Omit<SkillClause, 'weight'>[] {
  const passive = PASSIVE.exec(sentence);
  const subject = passive?.groups?.subject;
  if (passive !== null && subject !== undefined) {
    const rest = sentence.slice(passive[0].length);
    return [
      { text: subject, polarity: soften(sentence, 'prohibited') },
      ...(rest === '' ? [] : cutSentence(rest, type, 'neutral')),
    ];
  }
  const clauses: Omit<SkillClause, 'weight'>[] = [];
  let polarity = start;
  let at = 0;
  const close = (end: number): void => {
    const text = sentence.slice(at, end).trim();
    if (text !== '') clauses.push({ text, polarity: soften(text, polarity) });
  };
  for (const marker of markersIn(sentence, type)) {
    const next = marker.next(polarity);
    // "Record when it happened": a condition that changes nothing must not take the "when" away.
    if (next === polarity && polarity === 'wanted') continue;
    close(marker.start);
    polarity = next;
    at = marker.end;
  }
  close(sentence.length);
  return clauses;
}

interface WeightedLine {
  readonly text: string;
  readonly weight: number;
  readonly start: Polarity;
}

function headingOf(line: string): { weight: number; rest: string; start: Polarity } | null {
  const groups = HEADING.exec(line)?.groups;
  const name = (groups?.name ?? '').trim().toLowerCase();
  const section = SECTIONS.find(([pattern]) => pattern.test(name));
  // A word such as "keep" alone on a line is text; a heading has a colon or is marked as one.
  const isMarked = groups?.rest !== undefined || /^[#*]/u.test(line);
  if (section === undefined || !isMarked) return null;
  return {
    weight: section[1],
    rest: groups?.rest ?? '',
    start: NEGATIVE_HEADING.test(name) ? 'prohibited' : 'wanted',
  };
}

function linesOf(instruction: string): WeightedLine[] {
  const lines: WeightedLine[] = [];
  let weight = PLAIN_WEIGHT;
  let start: Polarity = 'wanted';
  for (const raw of instruction.split('\n')) {
    const heading = headingOf(raw.trim());
    if (heading !== null) ({ weight, start } = heading);
    const text = (heading === null ? raw : heading.rest).replace(/^\s*(?:[-*•]|\d+[.)])\s+/u, '').trim();
    if (text !== '') lines.push({ text, weight, start });
  }
  return lines;
}

/** Clauses of a skill's description and instruction, lower case. Its name is a label and asks for nothing. */
export function skillClauses({
  description,
  instruction,
  type,
}: Pick<Skill, 'description' | 'instruction' | 'type'>): SkillClause[] {
  const lines = [
    { text: description, weight: DESCRIPTION_WEIGHT, start: 'wanted' as Polarity },
    ...linesOf(instruction),
  ];
  return lines.flatMap(({ text, weight, start }) =>
    sentencesOf(text.replace(/[\u2018\u2019]/gu, "'")).flatMap((sentence) =>
      cutSentence(sentence.toLowerCase().replace(/[.!?]+$/u, ''), type, start).map((clause) => ({
        ...clause,
        weight,
      })),
    ),
  );
}
