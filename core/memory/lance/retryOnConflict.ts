import { setTimeout as delay } from 'node:timers/promises';
import { AppError, messageOf } from '../../shared/errors.ts';

/** LanceDB reports a lost commit race in words only; it retries some kinds by itself and gives up on others. */
const CONFLICT = /conflict|concurrent|too many.*(retries|attempts)/iu;
const MAX_ATTEMPTS = 8;
const FIRST_BACKOFF_MS = 25;

/** Runs `work` again while it loses commit races to another process; CONFLICT when it lost every one. */
export async function retryOnConflict<T>(
  work: () => Promise<T>,
  firstBackoffMs = FIRST_BACKOFF_MS,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof AppError || !CONFLICT.test(messageOf(error))) throw error;
      if (attempt === MAX_ATTEMPTS)
        throw new AppError(
          'CONFLICT',
          `The memory archive was being changed by another process in all of ${MAX_ATTEMPTS} attempts: close it there and try again.`,
          { cause: error },
        );
      await delay(firstBackoffMs * 2 ** (attempt - 1));
    }
  }
}
