import { parseSessionDay, type CalendarDay } from './calendarDay.ts';
import { memoise } from './boundedCache.ts';
import { analyseSentence, type SentenceAnalysis } from './sentenceAnalysis.ts';
import { splitSpan, type SpanTurn } from './spanSentences.ts';

/** Something a span says that could become a memory. */
export interface SpanFact {
  /** Position in the span. */
  readonly order: number;
  /** Null in prose. */
  readonly speaker: string | null;
  /** The sentence without greetings, interjections and forms of address. */
  readonly text: string;
  /** The question of another speaker that a short answer needs to be understood. */
  readonly question: string | null;
  /** An earlier sentence of the same turn that says when; what follows it in the past tense is about the same time. */
  readonly timeSource: string | null;
  /** What the picture shows that the sentence points at. */
  readonly caption: string | null;
  /** Nothing was said: a picture was shared. */
  readonly isPicture: boolean;
  readonly analysis: SentenceAnalysis;
}

export interface SpanFacts {
  readonly day: CalendarDay | null;
  readonly facts: readonly SpanFact[];
}

const OPENER =
  /^(?:(?:oh|ah|aww?|wow|whoa|yay|woo-?hoo|hey|hi|hello|hiya|yeah|yea|yep|yup|yes|ok|okay|well|haha|hah|lol|omg|thanks(?: so much| a lot| a bunch| again)?|thank you(?: so much)?|btw|by the way|anyways?|absolutely|definitely|totally|sure(?: thing)?|right|exactly|great|awesome|cool|nice|congrats|congratulations|gosh|man|good (?:morning|afternoon|evening)|guess what|you know|no (?:worries|problem))(?:,? (?:there|everyone|all|\p{Lu}\p{Ll}+))?|\p{Lu}\p{Ll}+(?=,))\s*(?:[,!.…~–—]|-+ )+\s*/u;
/** As OPENER wants it: interjections in lower case, names as written. */
function lowerFirstWord(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function withoutOpeners(text: string, names: ReadonlySet<string>): string {
  let rest = text;
  for (;;) {
    const match = OPENER.exec(lowerFirstWord(rest)) ?? OPENER.exec(rest);
    if (match === null) break;
    const word = /^\p{Lu}\p{Ll}+/u.exec(rest)?.[0];
    // A capitalised word before a comma is a form of address only when it names somebody who is there.
    const isAddress = word !== undefined && names.has(word);
    if (!isAddress && OPENER.exec(lowerFirstWord(rest)) === null) break;
    rest = rest.slice(match[0].length).trimStart();
  }
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

const POINTS_AT =
  /\b(?:here['’]?s|here (?:is|are)|check (?:it|this|that|them|these) out|look at|this|these|pics?|photos?|pictures?)\b/iu;
/** An answer with fewer content words cannot be understood without its question. */
const SHORT_ANSWER = 5;
/** A question with fewer explains nothing. */
const MIN_QUESTION = 2;

/** What is asked of "you" is told by "I". */
function asTold(question: string): string {
  return question
    .replace(/\?+$/u, '.')
    .replace(/\byour\b/giu, 'my')
    .replace(/\byou\b/giu, 'I');
}

interface TurnContext {
  readonly order: number;
  readonly names: ReadonlySet<string>;
  /** The last question another speaker asked right before. */
  readonly question: string | null;
}

function pointingSentence(sentences: readonly string[]): number {
  return sentences.findLastIndex((sentence) => POINTS_AT.test(sentence) && !sentence.endsWith('?'));
}

function turnFacts(turn: SpanTurn, { order, names, question }: TurnContext): SpanFact[] {
  const sentences = turn.sentences.map((sentence) => withoutOpeners(sentence, names));
  const captioned = turn.caption === null ? -1 : pointingSentence(sentences);
  const facts: SpanFact[] = [];
  let isFirst = true;
  let timeSource: string | null = null;
  for (const [index, text] of sentences.entries()) {
    const alone = analyseSentence(text);
    if (alone.content.length === 0 && !alone.hasNumber) continue;
    const isAnswer =
      isFirst &&
      question !== null &&
      analyseSentence(question).content.length >= MIN_QUESTION &&
      alone.content.length < SHORT_ANSWER &&
      !alone.isQuestion &&
      !alone.isCourtesy;
    isFirst &&= alone.isCourtesy;
    facts.push({
      order: order + facts.length,
      speaker: turn.speaker,
      text,
      question: isAnswer ? question : null,
      timeSource: alone.isPast && !alone.isFuture ? timeSource : null,
      caption: index === captioned ? turn.caption : null,
      isPicture: false,
      analysis: isAnswer ? analyseSentence(`${asTold(question)} ${text}`) : alone,
    });
    if (alone.facets.time === 1 && !alone.isQuestion) timeSource = text;
  }
  if (turn.caption !== null && captioned < 0) {
    const text = `${turn.speaker ?? 'Someone'} shared ${turn.caption}.`;
    facts.push({
      order: order + facts.length,
      speaker: null,
      text,
      question: null,
      timeSource: null,
      caption: null,
      isPicture: true,
      analysis: analyseSentence(text),
    });
  }
  return facts;
}

function lastQuestion(turn: SpanTurn): string | null {
  return turn.sentences.findLast((sentence) => sentence.endsWith('?')) ?? null;
}

function collect(key: string): SpanFacts {
  const cut = key.indexOf('\n');
  const { date, turns } = splitSpan(key.slice(cut + 1));
  const day = parseSessionDay(cut === 0 ? date : key.slice(0, cut)) ?? parseSessionDay(date);
  const names = new Set(turns.flatMap(({ speaker }) => (speaker === null ? [] : speaker.split(' '))));
  const facts: SpanFact[] = [];
  let question: string | null = null;
  let asker: string | null = null;
  for (const turn of turns) {
    const isAsked = turn.speaker !== null && asker !== null && asker !== turn.speaker;
    facts.push(...turnFacts(turn, { order: facts.length, names, question: isAsked ? question : null }));
    question = lastQuestion(turn);
    asker = turn.speaker;
  }
  return { day, facts };
}

const collectOnce = memoise(2_000, collect);

/** Everything a span says, in reading order. `date` wins over the span's own header. */
export function spanFacts(span: string, date: string | null): SpanFacts {
  return collectOnce(`${(date ?? '').replace(/\n/gu, ' ')}\n${span}`);
}
