import { CALL_ROLES, type CallRole } from '../../contract/forecast.ts';

/** Which model call something is about. */
export const MODEL_ROLES = CALL_ROLES;
export type ModelRole = CallRole;

/** Something that was done differently from what was asked for; nothing of the kind happens silently. */
export interface PromptNote {
  readonly role: ModelRole;
  readonly kind:
    /** Least similar memories that did not fit the context. */
    | 'memories-left-out'
    /** Pieces the span was cut into. */
    | 'span-split'
    /** Actions a reply has room for, fewer than were allowed. */
    | 'actions-capped'
    /** Actions of a reply that were not taken over. */
    | 'actions-refused'
    /** Parts of the evidence for the designer that did not fit the context. */
    | 'evidence-left-out'
    /** Tries after which a call was given up. */
    | 'reply-failed';
  readonly count: number;
  /** One sentence for people; holds none of the user's text. */
  readonly message: string;
}

export type OnNote = (note: PromptNote) => void;
