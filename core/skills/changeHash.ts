import { bankChangeSchema, type BankChange } from '../contract/proposal.ts';
import { contentHash } from '../shared/contentHash.ts';

/**
 * What a decision is bound to: SHA-256 of the RFC 8785 form of the whole change, kind and all texts included. Equal
 * for equal changes however their keys are ordered, also when an optional key is present as undefined.
 */
export function changeHash(change: BankChange): string {
  return contentHash(bankChangeSchema.parse(change));
}
