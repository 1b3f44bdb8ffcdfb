import { usesLanguageModels } from '../../config/modelOptions.ts';
import type { RunConfig } from '../../config/schema.ts';
import type { Placement } from '../../contract/model.ts';
import type { EngineModels } from '../../engines/engineModels.ts';
import { CallBudget, type CallCaps, type CallCosts } from '../../engines/llm/callBudget.ts';
import type { ModelRole } from '../../engines/llm/promptNotes.ts';
import { MemoryReplyCache, type ReplyCache } from '../../engines/llm/replyCache.ts';
import type { LanguageModel } from '../../models/languageModel.ts';
import type { ReplyTable } from '../../store/replyTable.ts';
import { DeviceTurns } from '../../models/deviceTurns.ts';
import { readGgufFile } from '../../models/ggufFile.ts';
import { cachedEmbedder } from './cachedEmbedder.ts';
import { askDevices } from './modelDevices.ts';
import { ModelOpener, type OpenerParts } from './modelOpener.ts';
import { chatModelsOf, deviceFor, placeModelsOf } from './modelPlacement.ts';
import { ModelTroubles } from './modelTrouble.ts';

/** Of evaluations, which belong to no run: enough for the questions of a benchmark. */
const REPLIES_IN_MEMORY = 50_000;

export function capsOf({ maxCalls, maxModelTokens, maxModelHours }: RunConfig): CallCaps {
  const cap = (value: number): number | null => (value === 0 ? null : value);
  return { calls: cap(maxCalls), tokens: cap(maxModelTokens), hours: cap(maxModelHours) };
}

/** Kept for good under the run that asks first; without a run, as long as the models are open. */
class Replies implements ReplyCache {
  readonly #table: ReplyTable;
  readonly #inMemory = new MemoryReplyCache(REPLIES_IN_MEMORY);
  runId: string | null = null;

  constructor(table: ReplyTable) {
    this.#table = table;
  }

  async get(key: string): Promise<string | null> {
    return this.#table.get(key) ?? this.#inMemory.get(key);
  }

  async put(key: string, text: string): Promise<void> {
    if (this.runId === null) await this.#inMemory.put(key, text);
    else this.#table.put(this.runId, key, text);
  }
}

/** Where models go; null where one has all there is, which needs no plan. @throws AppError as `placeModelsOf`. */
async function placementFor(
  { workspace, platform }: OpenerParts,
  config: RunConfig,
): Promise<Placement | null> {
  const ids = new Set(chatModelsOf(config).map(({ id }) => id));
  if (ids.size + (config.embedderModel === null ? 0 : 1) < 2) return null;
  return placeModelsOf(config, {
    find: (id) => workspace.models.get(id),
    describe: readGgufFile,
    device: () => deviceFor(config, () => askDevices(platform)),
  });
}

/** Models that were opened for a run or an evaluation; whoever opened them closes them, after the engines. */
export class OpenedModels {
  readonly engineModels: EngineModels;
  /** What went wrong with them and was put right. */
  readonly troubles: ModelTroubles;
  readonly #opener: ModelOpener;
  readonly #budget: CallBudget;
  readonly #replies: Replies;
  readonly #notes: ReadonlyMap<string, number>;
  readonly #turns: DeviceTurns;

  private constructor(parts: {
    readonly engineModels: EngineModels;
    readonly opener: ModelOpener;
    readonly budget: CallBudget;
    readonly replies: Replies;
    readonly notes: ReadonlyMap<string, number>;
    readonly turns: DeviceTurns;
    readonly troubles: ModelTroubles;
  }) {
    this.engineModels = parts.engineModels;
    this.#opener = parts.opener;
    this.#budget = parts.budget;
    this.#replies = parts.replies;
    this.#notes = parts.notes;
    this.#turns = parts.turns;
    this.troubles = parts.troubles;
  }

  /**
   * Opens each model that the configuration names, once.
   *
   * @throws AppError as `ModelOpener`; nothing stays open then.
   */
  static async open(parts: OpenerParts, config: RunConfig): Promise<OpenedModels> {
    const troubles = new ModelTroubles(parts);
    const placement = await placementFor(parts, config);
    const turns = new DeviceTurns(placement?.turns ?? []);
    const onProcessor = placement?.models.filter(({ place }) => place === 'processor') ?? [];
    const opener = new ModelOpener(parts, {
      config,
      turns,
      onProcessor: new Set(onProcessor.map(({ id }) => id)),
      onChange: (modelId, change) => troubles.note(modelId, change),
    });
    const budget = new CallBudget({ caps: capsOf(config), clock: parts.clock });
    const replies = new Replies(parts.workspace.replies);
    const notes = new Map<string, number>();
    try {
      const roles: Partial<Record<ModelRole, LanguageModel>> = {};
      // One after the other: each takes what memory the ones before it left on the GPU.
      for (const { role, id, key } of chatModelsOf(config))
        roles[role] = budget.meter(await opener.chatModel(id, key), role);
      const { embedderModel, cachesReplies } = config;
      const embedder = embedderModel === null ? null : await opener.embedder(embedderModel, 'embedderModel');
      const engineModels: EngineModels = {
        roles,
        embedder: embedder === null ? null : cachedEmbedder(embedder),
        replies: cachesReplies ? replies : null,
        onNote: ({ role, kind }) =>
          void notes.set(`${role}/${kind}`, (notes.get(`${role}/${kind}`) ?? 0) + 1),
      };
      return new OpenedModels({ engineModels, opener, budget, replies, notes, turns, troubles });
    } catch (error) {
      await opener.close();
      throw error;
    }
  }

  /** What the calls came to, with what was spent before. */
  readonly costs = (): CallCosts => this.#budget.snapshot();

  /**
   * How often something was done differently from what was asked for, by `role/kind` (promptNotes.ts), and how often models
   * were loaded and unloaded for one another.
   */
  readonly notes = (): Readonly<Record<string, number>> => {
    const { loads, unloads } = this.#turns.counts;
    const swaps = unloads === 0 ? {} : { 'models/loads': loads, 'models/unloads': unloads };
    return { ...Object.fromEntries(this.#notes), ...swaps };
  };

  /** Makes them the models of a run: its replies are kept, and what it spent before counts. Once, before any call. */
  attach(run: { readonly id: string; readonly spent: CallCosts | null }): void {
    this.#replies.runId = run.id;
    this.troubles.attach(run.id);
    if (run.spent !== null) this.#budget.add(run.spent);
  }

  close(): Promise<void> {
    return this.#opener.close();
  }
}

/** The models of a configuration, opened; null when it names none. @throws AppError as `OpenedModels.open`. */
export async function openModels(parts: OpenerParts, config: RunConfig): Promise<OpenedModels | null> {
  const isNone = !usesLanguageModels(config) && config.embedderModel === null;
  return isNone ? null : OpenedModels.open(parts, config);
}
