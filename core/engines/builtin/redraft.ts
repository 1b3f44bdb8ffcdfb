import type { BankChange } from '../../contract/proposal.ts';
import { SKILL_LIMITS, skillNameSchema, type Skill } from '../../contract/skill.ts';
import { contentHash } from '../../shared/contentHash.ts';
import { throwIfAborted } from '../../shared/errors.ts';
import type { RedraftInput, RedraftOutput } from '../roles.ts';
import {
  cover,
  generalise,
  lengthen,
  prohibit,
  rename,
  restrict,
  retype,
  shorten,
  specify,
  split,
  useIsoDates,
  type Edit,
  type EditableSkill,
} from './redraftEdits.ts';

/** Understands a closed set of reviewers' comments by their wording and applies them to the text of the draft. */

interface Reading {
  readonly edit: Edit;
  readonly did: string;
}

interface Command {
  readonly pattern: RegExp;
  /** The edit and, for the response, what it did; a text alone says why it cannot be done. */
  readonly read: (subject: string) => Reading | string;
}

const always =
  (edit: Edit, did: string): Command['read'] =>
  () => ({ edit, did });

const VERBS =
  'record|store|remember|keep|note|save|write|mention|include|collect|track|capture|cover|add|ask for|handle';

/** The first pattern that matches a clause counts; the last group of a pattern is the subject. */
const COMMANDS: readonly Command[] = [
  {
    pattern: /\biso(?:[ -]?8601)?\b|yyyy-mm-dd/iu,
    read: always(useIsoDates, 'dates are written in ISO form'),
  },
  {
    pattern:
      /\b(?:rename|call|name)(?:d)? (?:it|this|the skill|this skill|the draft)(?: to| as)? (?!(?:to|as)$)(.+)$|\brename(?:d)? to (.+)$|\bname should be (.+)$/iu,
    read: (subject) => {
      const name = subject
        .toLowerCase()
        .replace(/[^a-z0-9]+/gu, '_')
        .replace(/^[_0-9]+|_+$/gu, '');
      return skillNameSchema.safeParse(name).success
        ? { edit: rename(name), did: `renamed to ${name}` }
        : `"${subject}" is no skill name: use letters, digits and underscores`;
    },
  },
  {
    pattern:
      /\b(?:type|skill|action)s?\b.*\b(insert|update|delete|noop)\b|\b(?:to|be|as|it|into|an?) (?:an? )?(insert|update|delete|noop)\b(?!\s+\p{L}+\s+\p{L})/iu,
    read: (subject) => {
      const type = subject.toLowerCase();
      return type === 'insert' || type === 'update'
        ? { edit: retype(type), did: `changed the type to ${type}` }
        : 'a draft may only insert or update';
    },
  },
  {
    pattern: /\bsplit\b/iu,
    read: always(split, 'kept the first half of its occasions; the others are for a draft of their own'),
  },
  {
    pattern:
      /\btoo (?:long|wordy|verbose|detailed)\b|\b(?:shorter|shorten|briefer|condense|trim|more concise|concise)\b/iu,
    read: always(shorten, 'made it shorter'),
  },
  {
    pattern: /\btoo (?:short|brief|terse)\b|\b(?:longer|lengthen|expand|more detail(?:s|ed)?|elaborate)\b/iu,
    read: always(lengthen, 'made it longer'),
  },
  {
    pattern:
      /\btoo (?:general|generic|vague|broad|unspecific)\b|\b(?:more specific|more precise|more concrete|narrower|less (?:vague|general|generic)|so (?:vague|general|generic))\b/iu,
    read: always(specify, 'named the subjects of the evidence'),
  },
  {
    pattern:
      /\btoo (?:specific|narrow)\b|\b(?:more general|more generic|broader|broaden|generali[sz]e|less specific)\b/iu,
    read: always(generalise, 'made it more general'),
  },
  {
    pattern: new RegExp(
      `\\b(?:do not|don['’]?t|never|must not|should not|shouldn['’]?t|no longer) (?:ever )?(?:${VERBS}) (?:anything about |any )?(.+)$|^(?:avoid|exclude|ignore|skip|leave out|omit) (?:${VERBS})?(?:ing )?\\s*(.+)$|^nothing about (.+)$`,
      'iu',
    ),
    read: (subject) => ({ edit: prohibit(subject), did: `forbids recording ${subject}` }),
  },
  {
    pattern: /\bonly (?:use (?:it |this )?)?((?:when|if|for|in|on|where|after|before) .+)$/iu,
    read: (condition) => ({ edit: restrict(condition), did: `restricted it: only ${condition}` }),
  },
  {
    pattern: new RegExp(`^(?:also )?(?:${VERBS})s? (?:also )?(?:about )?(.+)$`, 'iu'),
    read: (subject) => ({ edit: cover(subject), did: `covers ${subject}` }),
  },
];

const COURTESY =
  /^(?:(?:please|also|and|then|but|could you|can you|would you|you should|i(?:'d| would) like (?:it|you) to|i want (?:it|you) to|it (?:should|must|needs to)|this (?:should|must|needs to)|the (?:skill|draft) (?:should|must|needs to)|should|make sure (?:it|to|that it))\s+)+/iu;
const NEXT_COMMAND = `(?:please |also )*(?:make|rename|call|mention|include|add|also|cover|do not|don['’]?t|never|avoid|exclude|leave out|skip|only|use|write|change|split|shorten|expand|record|store|keep)\\b`;
const CLAUSES = new RegExp(
  `(?:[.;!?]+\\s*|\\n+|,?\\s+(?:and|but|then)\\s+(?=${NEXT_COMMAND})|,\\s+(?=${NEXT_COMMAND}))`,
  'iu',
);

function clausesOf(comment: string): string[] {
  return comment
    .split(CLAUSES)
    .map((clause) =>
      clause
        .trim()
        .replace(COURTESY, '')
        .replace(/[\s,.]+$/u, ''),
    )
    .filter((clause) => clause !== '');
}

function subjectOf(groups: readonly (string | undefined)[]): string {
  const group = groups.find((value) => value !== undefined && value !== '') ?? '';
  return group
    .trim()
    .replace(/,? (?:too|as well|please|also)$/iu, '')
    .replace(/^["'“”‘’]+|["'“”‘’]+$/gu, '');
}

/** What a clause asks for, or the clause in quotes with why it cannot be done. */
function readClause(clause: string): Reading | string {
  for (const { pattern, read } of COMMANDS) {
    const match = pattern.exec(clause);
    if (match === null) continue;
    const reading = read(subjectOf(match.slice(1)));
    return typeof reading === 'string' ? `"${clause}" (${reading})` : reading;
  }
  return `"${clause}"`;
}

function editableOf(change: BankChange, skills: readonly Skill[]): EditableSkill | null {
  if (change.kind === 'add') return change.skill;
  if (change.kind !== 'refine') return null;
  const base = skills.find(({ name }) => name === change.name);
  if (base === undefined) return null;
  const { name, description, instruction, type } = base;
  return {
    name,
    description: change.changes.description ?? description,
    instruction: change.changes.instruction ?? instruction,
    type: change.changes.type ?? type,
  };
}

/** The edited text as a change of the same sort, or why it cannot be one. */
function toChange(
  edited: EditableSkill,
  { change, skills, pastVerdicts }: RedraftInput,
): BankChange | string {
  if (
    edited.description.length > SKILL_LIMITS.descriptionLength ||
    edited.instruction.length > SKILL_LIMITS.instructionLength
  )
    return 'the text would become too long';
  const base = change.kind === 'refine' ? skills.find(({ name }) => name === change.name) : undefined;
  if (base !== undefined && edited.name !== base.name) return 'a refinement keeps the name of its skill';
  if (base === undefined && skills.some(({ name }) => name === edited.name))
    return `the bank has a skill named ${edited.name} already`;
  const { name, description, instruction, type } = edited;
  const result: BankChange =
    base === undefined
      ? { kind: 'add', skill: { name, description, instruction, type } }
      : {
          kind: 'refine',
          name,
          changes: {
            ...(description === base.description ? {} : { description }),
            ...(instruction === base.instruction ? {} : { instruction }),
            ...(type === base.type ? {} : { type }),
          },
        };
  if (result.kind === 'refine' && Object.keys(result.changes).length === 0)
    return 'nothing of the refinement would be left';
  const hash = contentHash(result);
  return pastVerdicts.some((past) => past.verdict === 'reject' && contentHash(past.change) === hash)
    ? 'that text was rejected before'
    : result;
}

const notUnderstood = (what: string): RedraftOutput => ({
  change: null,
  response: `not understood: ${what}`,
});

/**
 * Applies what it understands of a reviewer's comment: shorter, longer, more specific, more general, rename, cover or
 * mention X, do not record X, change the type, split, only when Y, dates in ISO. Several wishes in one comment are applied
 * in their order; the response names those done and those not. With none done `change` is null and the response starts
 * with "not understood:".
 */
export async function redraft(input: RedraftInput, signal?: AbortSignal): Promise<RedraftOutput> {
  throwIfAborted(signal);
  const start = editableOf(input.change, input.skills);
  if (start === null) return notUnderstood('only a new skill or a refinement can be drafted again');
  let edited = start;
  const done: string[] = [];
  const refused: string[] = [];
  for (const clause of clausesOf(input.comment)) {
    const reading = readClause(clause);
    if (typeof reading === 'string') {
      refused.push(reading);
      continue;
    }
    const next = reading.edit(edited, { cases: input.cluster.cases });
    if (next === null) refused.push(`"${clause}" (it would change nothing)`);
    else {
      edited = next;
      done.push(reading.did);
    }
  }
  if (done.length === 0)
    return notUnderstood(refused.length === 0 ? 'the comment is empty' : refused.join('; '));
  const change = toChange(edited, input);
  if (typeof change === 'string') return notUnderstood(change);
  const rest = refused.length === 0 ? '' : ` Not understood: ${refused.join('; ')}.`;
  return { change, response: `Done: ${done.join('; ')}.${rest}` };
}
