import { bankChangeSchema, type BankChange } from '../contract/proposal.ts';
import { fileError, parseStrictJson } from './strictJson.ts';

/**
 * A reviewer's own text for a proposal: one change in JSON, as in the proposal's revision. INVALID_INPUT with file
 * name and key path. Whether it fits the bank is decided with the verdict.
 */
export function parseSkillEdit(source: Uint8Array | string, fileName: string): BankChange {
  const parsed = bankChangeSchema.safeParse(parseStrictJson(source, fileName));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw fileError('INVALID_INPUT', {
    fileName,
    path: issue?.path ?? [],
    problem: `is not a change of skills (${issue?.message ?? 'unknown'}): start from the change shown by "memskill proposals"`,
  });
}
