import { z } from 'zod';

/** The shapes that the list of calls and events is made of. */

export function call<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
): { input: Input; output: Output } {
  return { input, output };
}

export function event<Payload extends z.ZodType>(payload: Payload): { payload: Payload } {
  return { payload };
}

export const nothing = z.strictObject({});
