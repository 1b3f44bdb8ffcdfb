import { topicsOfWord } from './topicLexicon.ts';
import { isFunctionStem, stemSet, wordsOf } from './wordForms.ts';

/** What can be seen of one sentence without knowing what anybody wants from it. */
export interface SentenceFeatures {
  readonly text: string;
  /** All stems in order. */
  readonly stems: readonly string[];
  readonly stemSet: ReadonlySet<string>;
  /** Stems of content words, without repetition, in order. */
  readonly content: readonly string[];
  /** Ids of the everyday topics its words belong to, with the number of words. */
  readonly topics: ReadonlyMap<string, number>;
  /** Names: capitalised words that do not open the sentence. */
  readonly names: readonly string[];
  /** Titles in quotation marks. */
  readonly quoted: readonly string[];
  readonly hasNumber: boolean;
  readonly hasTime: boolean;
  readonly isQuestion: boolean;
  readonly isFirstPerson: boolean;
  /** Speaks of the person spoken to and not of the speaker. */
  readonly isSecondPerson: boolean;
  readonly isPast: boolean;
  readonly isFuture: boolean;
  readonly isSpeculative: boolean;
}

const NUMBER_STEMS = stemSet(
  'two three four five six seven eight nine ten eleven twelve dozen hundred thousand million couple half twice thrice',
);
const PAST_STEM_FORMS =
  /\b(?:was|were|went|had|did|got|made|took|saw|met|came|bought|began|found|felt|gave|left|lost|won|ran|swam|ate|told|said|taught|thought|brought|spent|built|wrote|read|sang|drove|flew|grew|knew|became|broke|chose|fell|heard|held|kept|led|paid|sold|sent|slept|spoke|wore|caught|fought|hit|quit|[a-z]{3,}ed)\b|['’]ve\b/iu;
const FUTURE_FORMS =
  /['’]ll\b|\b(?:will|going to|gonna|plan(?:s|ned|ning)? (?:to|on)|planning|hop(?:e|ing) to|looking forward|can['’]?t wait|about to|upcoming|scheduled|thinking (?:of|about)|want(?:s|ed)? to|intend(?:s|ing)? to|aim(?:s|ing)? to|dream(?:s|ing)? (?:of|about)|excited (?:for|to)|next (?:week|month|year|weekend|summer|spring|fall|winter)|tomorrow|signed up|considering|working on|working towards?)\b/iu;
const SPECULATION =
  /\b(?:maybe|perhaps|probably|i guess|i suppose|might|could be|not sure|who knows|i wonder|wondering|imagine)\b/iu;
const TIME =
  /\b(?:yesterday|today|tonight|tomorrow|ago|last (?:night|week|weekend|month|year|summer|winter|spring|fall|mon|tue|wed|thu|fri|sat|sun)\w*|this (?:morning|afternoon|evening|week|weekend|month|year|summer|winter|spring|fall)|next (?:week|weekend|month|year|summer|winter|spring|fall|mon|tue|wed|thu|fri|sat|sun)\w*|(?:past|the) (?:week|weekend|month|year)s?|january|february|april|june|july|august|september|october|november|december|(?:in|on|last|next|since|until|by) (?:may|march)|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|on (?:mon|tue|wed|thu|fri|sat|sun)|(?:19|20)\d\d|(?:years?|months?|weeks?|days?|hours?|weekends?|decades?)|since|just|recently|lately|already|birthday|anniversary|first time|every (?:day|week|month|year|morning|evening|weekend)|weekly|daily|o['’]clock|\d ?(?:am|pm))\b/iu;
const FIRST_PERSON = /\b(?:i|we|my|our|me|us|mine|ours|myself|ourselves)\b/iu;
const SECOND_PERSON = /\b(?:you|your|yours|yourself)\b/iu;
/** Capitalised by rule, not because they name anybody. */
const NOT_NAMES = new Set(
  'i january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday hey hi wow yeah thanks ok okay omg btw lol yes no the a an and but so it'.split(
    ' ',
  ),
);
const QUOTED = /["“]([^"”]{2,80})["”]/gu;

function namesIn(text: string): string[] {
  const names: string[] = [];
  for (const { raw, at } of wordsOf(text)) {
    if (!/^\p{Lu}/u.test(raw) || NOT_NAMES.has(raw.toLowerCase())) continue;
    const before = text.slice(0, at).trimEnd();
    if (before !== '' && !/[.!?:"“*]$/u.test(before)) names.push(raw);
  }
  return names;
}

export function sentenceFeatures(text: string): SentenceFeatures {
  const stems = wordsOf(text).map((word) => word.stem);
  const set = new Set(stems);
  const content = [...set].filter((stem) => !isFunctionStem(stem));
  const topics = new Map<string, number>();
  for (const stem of content)
    for (const { id } of topicsOfWord(stem)) topics.set(id, (topics.get(id) ?? 0) + 1);
  const isFirstPerson = FIRST_PERSON.test(text);
  return {
    text,
    stems,
    stemSet: set,
    content,
    topics,
    names: namesIn(text),
    quoted: [...text.matchAll(QUOTED)].map((match) => match[1] ?? ''),
    hasNumber: /\d/u.test(text) || stems.some((stem) => NUMBER_STEMS.has(stem)),
    hasTime: TIME.test(text),
    isQuestion: /\?["”')\s]*$/u.test(text),
    isFirstPerson,
    isSecondPerson: SECOND_PERSON.test(text) && !isFirstPerson,
    isPast: PAST_STEM_FORMS.test(text),
    isFuture: FUTURE_FORMS.test(text),
    isSpeculative: SPECULATION.test(text),
  };
}
