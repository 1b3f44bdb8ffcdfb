import { AppError, messageOf, type AppErrorOptions, type ErrorCode } from '../shared/errors.ts';

/** An error as plain data: an AppError keeps its code and details, anything else is INTERNAL. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: AppErrorOptions['details'];
  readonly stack: string | undefined;
}

export function toWire(error: unknown): WireError {
  return {
    code: error instanceof AppError ? error.code : 'INTERNAL',
    message: messageOf(error),
    details: error instanceof AppError ? error.details : undefined,
    stack: error instanceof Error ? error.stack : undefined,
  };
}

export function fromWire({ code, message, details, stack }: WireError): AppError {
  const error = new AppError(code, message, details === undefined ? {} : { details });
  // Where it happened, not where it arrived.
  if (stack !== undefined) error.stack = stack;
  return error;
}
