import { throwIfAborted } from '../../shared/errors.ts';
import type { Judge, Judgement } from '../roles.ts';
import { type AnswerFacts, readFacts } from './answerFacts.ts';
import { compareDates } from './dateRanges.ts';

/** An entry is there when the answer has at least this share of its words. */
const ENTRY_RECALL = 0.75;
/** An answer is partly right from this share of the accepted answer's words on. */
const PARTIAL_RECALL = 0.5;
/** An answer of more than this many times the accepted one's words, and a few, has been guessed rather than known. */
const MAX_LENGTH_RATIO = 5;
const LENGTH_ALLOWANCE = 8;

function judgeDates(answer: AnswerFacts, accepted: AnswerFacts): Judgement {
  if (answer.dates.length === 0)
    return { score: 0, reason: 'The answer gives no date where one is asked for.' };
  const scores = accepted.dates.map((date) =>
    Math.max(...answer.dates.map((other) => compareDates(other, date))),
  );
  const hasStray = answer.dates.some((other) =>
    accepted.dates.every((date) => compareDates(other, date) === 0),
  );
  if (scores.every((score) => score === 0)) return { score: 0, reason: 'The date is another one.' };
  if (hasStray) return { score: 0.5, reason: 'The answer has the date but also another one.' };
  return scores.every((score) => score === 1)
    ? { score: 1, reason: 'The date is the same or lies within the accepted time.' }
    : {
        score: 0.5,
        reason: 'The date fits only in part: it is less precise than the accepted one or overlaps it.',
      };
}

function judgeNumbers(answer: AnswerFacts, accepted: AnswerFacts): Judgement | null {
  const missing = [...accepted.numbers].filter((number) => !answer.numbers.has(number));
  const isBareNumber = accepted.tokens.size - accepted.numbers.size <= 1;
  if (missing.length > 0 && answer.numbers.size > 0) {
    return isBareNumber
      ? {
          score: 0,
          reason: `The answer says ${[...answer.numbers].join(', ')} instead of ${missing.join(', ')}.`,
        }
      : null;
  }
  const stray = [...answer.numbers].filter((number) => !accepted.numbers.has(number));
  if (isBareNumber && accepted.numbers.size > 0 && missing.length === 0 && stray.length > 0) {
    return { score: 0.5, reason: 'The answer has the number but also another one.' };
  }
  return null;
}

function recallOf(item: Iterable<string>, tokens: ReadonlySet<string>): number {
  const wanted = [...item];
  return wanted.filter((token) => tokens.has(token)).length / wanted.length;
}

function judgeText(answer: AnswerFacts, accepted: AnswerFacts): Judgement {
  const numbers = judgeNumbers(answer, accepted);
  if (numbers !== null) return numbers;
  const hasWrongNumber = [...accepted.numbers].some((number) => !answer.numbers.has(number));
  const isDenied = answer.isNegated !== accepted.isNegated;
  // A negation in a longer list may concern one entry only; alone it turns the answer round.
  if (isDenied && accepted.items.length === 1) {
    return { score: 0, reason: 'One of the two denies what the other says.' };
  }
  const found = accepted.items.filter((item) => recallOf(item, answer.tokens) >= ENTRY_RECALL).length;
  if (found === accepted.items.length && !hasWrongNumber && !isDenied) return judgeSurplus(answer, accepted);
  if (found > 0) {
    return {
      score: 0.5,
      reason: `The answer has ${found} of the ${accepted.items.length} accepted facts, or hedges them.`,
    };
  }
  return recallOf(accepted.tokens, answer.tokens) >= PARTIAL_RECALL
    ? { score: 0.5, reason: 'The answer has part of what the accepted answer says.' }
    : { score: 0, reason: 'The answer does not say what the accepted answer says.' };
}

/** All facts are there; what else is there may show that they were not known. */
function judgeSurplus(answer: AnswerFacts, accepted: AnswerFacts): Judgement {
  const strayItems = answer.items.filter((item) => item.every((token) => !accepted.tokens.has(token))).length;
  const isWordy = answer.tokens.size > MAX_LENGTH_RATIO * accepted.tokens.size + LENGTH_ALLOWANCE;
  return isWordy || strayItems > accepted.items.length
    ? { score: 0.5, reason: 'The answer has every fact but hides it among others.' }
    : { score: 1, reason: 'The answer says what the accepted answer says.' };
}

function judgeAgainst(answer: AnswerFacts, accepted: AnswerFacts): Judgement {
  if (accepted.polarity !== null && answer.polarity !== null) {
    return answer.polarity === accepted.polarity
      ? { score: 1, reason: `Both say ${accepted.polarity}.` }
      : { score: 0, reason: `The answer says ${answer.polarity} instead of ${accepted.polarity}.` };
  }
  if (accepted.dates.length === 0) {
    return accepted.items.length === 0
      ? { score: 0, reason: 'The accepted answer has no words to compare.' }
      : judgeText(answer, accepted);
  }
  const dates = judgeDates(answer, accepted);
  if (accepted.items.length === 0) return dates;
  const text = judgeText(answer, accepted);
  if (dates.score === text.score) return text;
  return { score: 0.5, reason: dates.score < text.score ? dates.reason : text.reason };
}

/** Spelling apart, the same text; catches answers of function words only ("Me", "Not"). */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function judgeOne(prediction: string, gold: string): Judgement {
  if (plain(prediction) === plain(gold)) return { score: 1, reason: 'The answer is the accepted one.' };
  return judgeAgainst(readFacts(prediction), readFacts(gold));
}

const UNJUDGED: Judgement = { score: 0, reason: 'There is no accepted answer to compare with.' };

/**
 * Judges without a model: dates, numbers, lists and names are brought to one form, then facts are compared. 1 for every fact
 * and no contradiction, 0.5 for part of them, 0 otherwise; against several accepted answers the best counts.
 */
export function createBuiltinJudge(): Judge {
  return {
    id: 'builtin',
    async judge({ golds, prediction }, signal) {
      throwIfAborted(signal);
      if (plain(prediction) === '') return { score: 0, reason: 'The answer is empty.' };
      const verdicts = golds.map((gold) => judgeOne(prediction, gold));
      return verdicts.reduce(
        (best, verdict) => (verdict.score > best.score ? verdict : best),
        verdicts[0] ?? UNJUDGED,
      );
    },
  };
}
