import { z } from 'zod';
import { normaliseAnswer } from '../../evaluation/tokenF1.ts';
import type { Judge, Judgement, JudgeInput } from '../roles.ts';
import type { Reading } from './checkedReply.ts';
import { JUDGE_SCORES, judgePrompt, judgeSchema } from './judgePrompt.ts';
import { askNoted, type NotedRoleOptions } from './notedReply.ts';
import { PromptBudget } from './promptBudget.ts';
import { oneLine, unquote } from './quoting.ts';

const MAX_TOKENS = 256;
const REPLY_SHARE = 0.25;

/** A judgement that says whether the model gave one. */
export interface CheckedJudgement {
  readonly judgement: Judgement;
  readonly failure: string | null;
}

/** A judge that tells a failed reply from a score of 0: what a cache has to know. */
export interface CheckedJudge extends Judge {
  tryJudge(input: JudgeInput, signal?: AbortSignal): Promise<CheckedJudgement>;
}

const replySchema = z.object({ explanation: z.string(), score: z.enum(JUDGE_SCORES) });
const SCORES = { '0': 0, '0.5': 0.5, '1': 1 } as const;

function readJudgement(value: unknown): Reading<Judgement> {
  const parsed = replySchema.safeParse(value);
  if (!parsed.success) return { problem: 'the reply is no explanation with a score of 0, 0.5 or 1' };
  const { explanation, score } = parsed.data;
  return { value: { score: SCORES[score], reason: oneLine(unquote(explanation)) } };
}

/** What needs no judge: nothing said, nothing to compare with, or an accepted answer word for word. */
function plainJudgement({ golds, prediction }: JudgeInput): Judgement | null {
  if (prediction.trim() === '') return { score: 0, reason: 'The answer is empty.' };
  if (golds.length === 0) return { score: 0, reason: 'There is no accepted answer to compare with.' };
  const given = normaliseAnswer(prediction);
  return given !== '' && golds.some((gold) => normaliseAnswer(gold) === given)
    ? { score: 1, reason: 'The answer is an accepted one word for word.' }
    : null;
}

async function tryJudge(
  input: JudgeInput,
  around: {
    readonly options: NotedRoleOptions;
    readonly budget: PromptBudget;
    readonly signal: AbortSignal | undefined;
  },
): Promise<CheckedJudgement> {
  const plain = plainJudgement(input);
  if (plain !== null) return { judgement: plain, failure: null };
  const { options, budget, signal } = around;
  const { messages } = await budget.fitOrThrow(judgePrompt(input), 'prompt of the judge');
  const reading = await askNoted(
    { ...options, budget },
    {
      role: 'judge',
      messages,
      schema: judgeSchema(await budget.replyCharacters()),
      read: readJudgement,
      failure: 'The judge gave no usable verdict, also when asked again; the answer counts as wrong.',
      signal,
    },
  );
  return 'value' in reading
    ? { judgement: reading.value, failure: null }
    : { judgement: { score: 0, reason: `No verdict: ${reading.problem}.` }, failure: reading.problem };
}

/**
 * Judges answers by a language model, greedy. Without a usable verdict, also when asked again, the score is 0 (reference
 * 8.4) and the reason says so.
 *
 * @throws AppError of the model when it cannot be reached or loaded; INVALID_INPUT, `details.reason` `prompt-too-long`,
 * when question and answers do not fit the context.
 */
export function createLlmJudge(options: NotedRoleOptions): CheckedJudge {
  const budget = new PromptBudget(options.model, { maxTokens: MAX_TOKENS, replyShare: REPLY_SHARE });
  const ask = (input: JudgeInput, signal?: AbortSignal): Promise<CheckedJudgement> =>
    tryJudge(input, { options, budget, signal });
  return {
    id: `llm:${options.model.id}`,
    tryJudge: ask,
    judge: async (input, signal) => (await ask(input, signal)).judgement,
  };
}
