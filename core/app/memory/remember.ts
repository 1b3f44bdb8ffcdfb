import type { CallInput } from '../../contract/calls.ts';
import type { MemoryAction } from '../../contract/hardCase.ts';
import type { LiveMemory as MemoryRecord, MemoryOrigin, Remembered } from '../../contract/memory.ts';
import type { BankVersion, Skill } from '../../contract/skill.ts';
import { duplicateKey } from '../../memory/memoryBank.ts';
import type { Clock } from '../../shared/clock.ts';
import { sha256Hex } from '../../shared/contentHash.ts';
import { AppError } from '../../shared/errors.ts';
import type { LiveExecutor } from './liveExecutor.ts';
import type { LiveMemory } from './liveMemory.ts';
import type { SkillSelector } from './skillSelector.ts';
import { textSpans, type TextSpan } from './textSpans.ts';

export interface RememberParts {
  readonly memory: LiveMemory;
  readonly selector: SkillSelector;
  readonly executor: LiveExecutor;
  readonly clock: Clock;
}

type RememberInput = CallInput<'memory.remember'>;

const ANY = { from: null, to: null, skill: null } as const;
/** What a query may hold. */
const MOST_QUERIED = 8000;

function namedSkills({ skills }: BankVersion, names: readonly string[]): Skill[] {
  return names.map((name) => {
    const skill = skills.find((one) => one.name === name);
    if (skill !== undefined) return skill;
    throw new AppError(
      'NOT_FOUND',
      `The bank has no skill "${name}": it has ${skills.map((one) => one.name).join(', ')}.`,
    );
  });
}

/** One text on its way into a space. */
class Remembering {
  readonly #parts: RememberParts;
  readonly #input: RememberInput;
  readonly #sourceHash: string;
  readonly spans: Remembered['spans'] = [];
  readonly inserted = new Map<string, MemoryRecord>();
  readonly updated = new Map<string, MemoryRecord>();
  readonly deletedIds: string[] = [];
  selectedBy: Remembered['selectedBy'] = 'caller';
  reason = 'The caller named the skills.';

  constructor(parts: RememberParts, input: RememberInput) {
    this.#parts = parts;
    this.#input = input;
    this.#sourceHash = sha256Hex(input.text);
  }

  async takeSpan(span: TextSpan, signal: AbortSignal): Promise<void> {
    const { executor } = this.#parts;
    const { date, text } = this.#input;
    const body = text.slice(span.start, span.end);
    const recalled = await this.#recall(body, signal);
    const { skills, bank } = await this.#choose(body, recalled, signal);
    const { failure, actions } = await executor.execute(
      {
        span: date === null ? body : `DATE: ${date}\n${body}`,
        date,
        memories: recalled.map((memory) => ({ id: memory.id, text: memory.text })),
        skills,
        maxActions: executor.config.maxActionsPerSpan,
      },
      signal,
    );
    const isAllowed = (action: MemoryAction): boolean =>
      skills.some(({ type }) => type === action.type) &&
      (action.type === 'insert' || recalled.some(({ id }) => id === action.memory));
    await this.#apply(actions.filter(isAllowed), { span, bank, recalled });
    this.spans.push({ ...span, skills: skills.map(({ name }) => name), failure });
  }

  async #recall(body: string, signal: AbortSignal): Promise<MemoryRecord[]> {
    const { memory, executor } = this.#parts;
    const { space } = this.#input;
    if (!memory.has(space)) return [];
    const query = { text: body.slice(0, MOST_QUERIED), limit: executor.config.memTopK, filter: ANY };
    return (await memory.search(space, query, signal)).map((hit) => hit.memory);
  }

  async #choose(
    body: string,
    recalled: readonly MemoryRecord[],
    signal: AbortSignal,
  ): Promise<{ readonly skills: readonly Skill[]; readonly bank: BankVersion }> {
    const { selector } = this.#parts;
    const { skills: names, runId } = this.#input;
    const bank = selector.bank(runId);
    if (names !== null) return { skills: namedSkills(bank, names), bank };
    const chosen = await selector.select(
      { text: body, memories: recalled.map(({ text }) => text), runId, k: null },
      signal,
    );
    this.selectedBy = chosen.selection.selectedBy;
    this.reason = chosen.selection.reason;
    return chosen;
  }

  /** Updates, then deletes, then inserts, as in an episode (reference 7.4); a recalled text is not stored as new. */
  async #apply(
    actions: readonly MemoryAction[],
    context: {
      readonly span: TextSpan;
      readonly bank: BankVersion;
      readonly recalled: readonly MemoryRecord[];
    },
  ): Promise<void> {
    const { memory } = this.#parts;
    const origin = (skill: string): MemoryOrigin => this.#origin(skill, context);
    for (const action of actions) {
      if (action.type !== 'update') continue;
      const changed = await memory.change({
        id: action.memory,
        text: action.text,
        origin: origin(action.skill),
      });
      if (changed !== null) this.updated.set(changed.id, changed);
    }
    const ids = actions.flatMap((action) => (action.type === 'delete' ? [action.memory] : []));
    const { forgotten } = await memory.forget(ids);
    this.deletedIds.push(...forgotten);
    const known = new Set(context.recalled.map(({ text }) => duplicateKey(text)));
    const fresh = actions.flatMap((action) =>
      action.type === 'insert' && !known.has(duplicateKey(action.text))
        ? [
            {
              text: action.text,
              origin: origin(action.skill),
              createdAtMs: this.#parts.clock.now(),
              history: [],
            },
          ]
        : [],
    );
    if (fresh.length === 0) return;
    for (const added of await memory.add(this.#input.space, fresh)) this.inserted.set(added.id, added);
  }

  #origin(
    skill: string,
    { span, bank }: { readonly span: TextSpan; readonly bank: BankVersion },
  ): MemoryOrigin {
    return {
      skill,
      bankVersion: bank.version,
      bankHash: bank.hash,
      date: this.#input.date,
      source: { sha256: this.#sourceHash, ...span },
      author: this.#input.author,
      atMs: this.#parts.clock.now(),
    };
  }
}

/** Runs skills on a text, span by span, and writes what they say into a space. */
export async function remember(
  parts: RememberParts,
  input: RememberInput,
  signal: AbortSignal,
): Promise<Remembered> {
  const work = new Remembering(parts, input);
  for (const span of textSpans(input.text)) await work.takeSpan(span, signal);
  return {
    space: input.space,
    spans: work.spans,
    selectedBy: work.selectedBy,
    reason: work.reason,
    bankVersion: parts.selector.bank(input.runId).version,
    inserted: [...work.inserted.values()],
    updated: [...work.updated.values()],
    deletedIds: work.deletedIds,
  };
}
