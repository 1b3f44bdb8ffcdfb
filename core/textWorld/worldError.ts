import { AppError } from '../shared/errors.ts';

/** Where something of a world was read: what it is called for a person, and the line, 1-based. */
export interface Place {
  readonly source: string;
  readonly line: number;
}

/** INVALID_INPUT that names source and line; `problem` completes "line N ..." with the remedy. */
export function worldError({ source, line }: Place, problem: string): AppError {
  return new AppError('INVALID_INPUT', `In ${source}, line ${line} ${problem}.`, {
    details: { source, line },
  });
}
