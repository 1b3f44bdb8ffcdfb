import { z } from 'zod';
import type { MemoryAction } from '../../contract/hardCase.ts';
import type { Skill } from '../../contract/skill.ts';
import { duplicateKey } from '../../memory/memoryBank.ts';
import type { MemoryView } from '../roles.ts';
import type { Reading } from './checkedReply.ts';
import { oneLine, unquote } from './quoting.ts';

/**
 * Reads an executor's reply. Law: what comes out is of a selected skill's own type, concerns memories that were shown, and
 * stores neither what memory says already nor the prompt; whatever the reply, nothing is thrown.
 */

const replySchema = z.object({ actions: z.array(z.unknown()) });
const text = z.string();
const actionSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('insert'), text, skill: z.string() }),
  z.object({ type: z.literal('update'), memory: z.string(), text, skill: z.string() }),
  z.object({ type: z.literal('delete'), memory: z.string(), skill: z.string() }),
]);

/** Why an action is not taken over. The last three are no mistakes: memory is, or stays, as it should. */
export type ReplyRefusal =
  | 'malformed'
  | 'type_not_allowed'
  | 'unknown_skill'
  | 'unknown_memory'
  | 'blank_text'
  | 'text_too_long'
  | 'prompt_text'
  | 'too_many'
  | 'known_text'
  | 'duplicate';

const HARMLESS: readonly ReplyRefusal[] = ['too_many', 'known_text', 'duplicate'];

export interface ReadActions {
  readonly actions: readonly MemoryAction[];
  readonly refused: readonly ReplyRefusal[];
}

export interface ReplyRules {
  /** The selected skills, each name once. */
  readonly skills: readonly Skill[];
  /** Memories that were shown. */
  readonly memories: readonly MemoryView[];
  readonly maxActions: number;
  /** Longest text of a memory, in characters. */
  readonly textCharacters: number;
  /** Prompt text that is none of the material: rules and skills. */
  readonly promptTexts: readonly string[];
}

const BULLET = /^\s*(?:[-*•]|\d+[.)])\s+/u;
const SENTENCE_END = /(?<=[.!?])\s+/u;

/** Keys of the lines and sentences of the prompt's own text. */
function promptKeys(texts: readonly string[]): Set<string> {
  const lines = texts.flatMap((one) => one.split('\n').map((line) => line.replace(BULLET, '')));
  return new Set(
    [...lines, ...lines.flatMap((line) => line.split(SENTENCE_END))]
      .map(duplicateKey)
      .filter((key) => key !== ''),
  );
}

const PROMPT_TAG = /<\/?(?:skills?|memories|text)\b[^>]*>/iu;

class ActionReader {
  readonly #rules: ReplyRules;
  readonly #promptKeys: ReadonlySet<string>;
  readonly #knownKeys: ReadonlySet<string>;
  readonly #taken = new Set<string>();

  constructor(rules: ReplyRules) {
    this.#rules = rules;
    this.#promptKeys = promptKeys(rules.promptTexts);
    this.#knownKeys = new Set(rules.memories.map((memory) => duplicateKey(memory.text)));
  }

  read(item: unknown): MemoryAction | ReplyRefusal {
    const parsed = actionSchema.safeParse(item);
    if (!parsed.success) return 'malformed';
    const action = tidied(parsed.data);
    const problem = this.#skillProblem(action) ?? this.#memoryProblem(action) ?? this.#textProblem(action);
    if (problem !== null) return problem;
    const key = JSON.stringify([
      action.type,
      action.type === 'insert' ? null : action.memory,
      action.type === 'delete' ? null : duplicateKey(action.text),
    ]);
    if (this.#taken.has(key)) return 'duplicate';
    this.#taken.add(key);
    return action;
  }

  #skillProblem({ type, skill: name }: MemoryAction): ReplyRefusal | null {
    if (!this.#rules.skills.some((skill) => skill.type === type)) return 'type_not_allowed';
    const skill = this.#rules.skills.find((candidate) => candidate.name === name);
    if (skill === undefined) return 'unknown_skill';
    return skill.type === type ? null : 'type_not_allowed';
  }

  #memoryProblem(action: MemoryAction): ReplyRefusal | null {
    if (action.type === 'insert') return null;
    return this.#rules.memories.some(({ id }) => id === action.memory) ? null : 'unknown_memory';
  }

  #textProblem(action: MemoryAction): ReplyRefusal | null {
    if (action.type === 'delete') return null;
    const key = duplicateKey(action.text);
    if (key === '') return 'blank_text';
    if (Array.from(action.text).length > this.#rules.textCharacters) return 'text_too_long';
    if (this.#promptKeys.has(key) || PROMPT_TAG.test(action.text)) return 'prompt_text';
    // To another memory's text a memory may be changed: the bank then keeps one of the two.
    const own = action.type === 'update' ? this.#textOf(action.memory) : null;
    if (own !== null) return duplicateKey(own) === key ? 'known_text' : null;
    return this.#knownKeys.has(key) ? 'known_text' : null;
  }

  #textOf(id: string): string | null {
    return this.#rules.memories.find((memory) => memory.id === id)?.text ?? null;
  }
}

/** Memories are one line of plain text: prompt escapes undone, control characters and line ends gone. */
function tidied(action: MemoryAction): MemoryAction {
  return action.type === 'delete'
    ? action
    : { ...action, text: oneLine(unquote(action.text)).normalize('NFC') };
}

/** The usable actions of a parsed reply. A problem when it has none although it meant to. */
export function readActions(value: unknown, rules: ReplyRules): Reading<ReadActions> {
  const parsed = replySchema.safeParse(value);
  if (!parsed.success) return { problem: 'the reply has no list of actions' };
  const reader = new ActionReader(rules);
  const actions: MemoryAction[] = [];
  const refused: ReplyRefusal[] = [];
  for (const item of parsed.data.actions) {
    const read = reader.read(item);
    if (typeof read === 'string') refused.push(read);
    else if (actions.length >= rules.maxActions) refused.push('too_many');
    else actions.push(read);
  }
  const mistakes = refused.filter((reason) => !HARMLESS.includes(reason));
  return actions.length === 0 && mistakes.length > 0
    ? { problem: `no action of the reply is usable: ${countReasons(mistakes)}` }
    : { value: { actions, refused } };
}

/** "unknown_memory 2, malformed 1" in the order of first appearance. */
export function countReasons(reasons: readonly ReplyRefusal[]): string {
  return [...new Set(reasons)]
    .map((reason) => `${reason} ${reasons.filter((one) => one === reason).length}`)
    .join(', ');
}
