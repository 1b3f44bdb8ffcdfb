import { AppError } from './errors.ts';

/** Narrows away undefined and null where the surrounding code guarantees a value; INTERNAL if it does not. */
export function assertDefined<T>(value: T, what: string): asserts value is NonNullable<T> {
  if (value === undefined || value === null)
    throw new AppError('INTERNAL', `Expected ${what} to be present.`);
}

/** The value, or INTERNAL when it is missing: for indexed access that is in range by construction. */
export function required<T>(value: T | undefined | null, what: string): T {
  assertDefined(value, what);
  return value;
}

/** Makes a switch exhaustive at compile time. */
export function assertNever(value: never): never {
  throw new AppError('INTERNAL', `Unexpected value ${JSON.stringify(value)}.`);
}
