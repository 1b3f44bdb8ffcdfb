import type { ServerReason } from '../models/server/serverErrors.ts';
import { AppError } from '../shared/errors.ts';

/** Reasons for which a model does not answer although nothing is wrong with the run: it can go on later. */
const REASONS: readonly unknown[] = [
  'model-failed',
  'budget-reached',
  'server-unreachable',
  'server-busy',
  'server-error',
  'server-timeout',
  'cut-stream',
  'bad-reply',
  'no-usable-reply',
  'unauthorised',
  'no-such-model',
] satisfies readonly (ServerReason | 'model-failed' | 'budget-reached')[];

/**
 * Whether a model is out of reach, out of budget, or has too small a context for a prompt that cannot be made shorter: the
 * run pauses then, and neither a score nor a hard case is made of it (design 6). Single replies that are no use never come
 * this far; the roles deal with them.
 */
export function isModelFailure(error: unknown): error is AppError {
  if (!(error instanceof AppError)) return false;
  const reason = error.details?.reason;
  return error.code === 'UNAVAILABLE' ? REASONS.includes(reason) : reason === 'prompt-too-long';
}
