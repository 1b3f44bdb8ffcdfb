import { z } from 'zod';
import type {
  ChatMessage,
  Completion,
  CompletionRequest,
  LanguageModel,
} from '../../models/languageModel.ts';
import type { Clock } from '../../shared/clock.ts';
import { AppError } from '../../shared/errors.ts';
import { MODEL_ROLES, type ModelRole } from './promptNotes.ts';

/**
 * What model calls cost, counted by role, and caps on it. Law: no call begins that could exceed a cap on calls or tokens,
 * calls in progress included at their worst; none begins after the cap on hours is reached.
 */

const count = z.number().int().min(0);
const roleCostSchema = z.strictObject({
  calls: count,
  /** Of the calls, those that ended in an error. */
  failedCalls: count,
  promptTokens: count,
  cachedPromptTokens: count,
  completionTokens: count,
  /** Time in calls, added up: calls side by side count each. */
  seconds: z.number().min(0),
});
export type RoleCost = z.infer<typeof roleCostSchema>;

/** Plain data: kept with a run's state, restored when it goes on, added up across threads. */
export const callCostsSchema = z.strictObject({
  roles: z.strictObject({
    executor: roleCostSchema,
    answerer: roleCostSchema,
    judge: roleCostSchema,
    designer: roleCostSchema,
  }),
  /** Time in which at least one call was in progress; of threads side by side this adds up too. */
  busySeconds: z.number().min(0),
});
export type CallCosts = z.infer<typeof callCostsSchema>;

/** Null: no cap. */
export interface CallCaps {
  readonly calls: number | null;
  /** Tokens of prompts and replies together, those taken from the prefix cache included. */
  readonly tokens: number | null;
  /** Hours in which calls were in progress. */
  readonly hours: number | null;
}

export const NO_CAPS: CallCaps = { calls: null, tokens: null, hours: null };

const noCost = (): RoleCost => ({
  calls: 0,
  failedCalls: 0,
  promptTokens: 0,
  cachedPromptTokens: 0,
  completionTokens: 0,
  seconds: 0,
});

export function noCosts(): CallCosts {
  return {
    roles: { executor: noCost(), answerer: noCost(), judge: noCost(), designer: noCost() },
    busySeconds: 0,
  };
}

function combineRole(a: RoleCost, b: RoleCost, sign: 1 | -1): RoleCost {
  return {
    calls: a.calls + sign * b.calls,
    failedCalls: a.failedCalls + sign * b.failedCalls,
    promptTokens: a.promptTokens + sign * b.promptTokens,
    cachedPromptTokens: a.cachedPromptTokens + sign * b.cachedPromptTokens,
    completionTokens: a.completionTokens + sign * b.completionTokens,
    // A sum of times that is taken apart again may miss zero by a rounding.
    seconds: Math.max(0, a.seconds + sign * b.seconds),
  };
}

function addRole(a: RoleCost, b: RoleCost): RoleCost {
  return combineRole(a, b, 1);
}

function combine(a: CallCosts, b: CallCosts, sign: 1 | -1): CallCosts {
  return {
    roles: {
      executor: combineRole(a.roles.executor, b.roles.executor, sign),
      answerer: combineRole(a.roles.answerer, b.roles.answerer, sign),
      judge: combineRole(a.roles.judge, b.roles.judge, sign),
      designer: combineRole(a.roles.designer, b.roles.designer, sign),
    },
    busySeconds: Math.max(0, a.busySeconds + sign * b.busySeconds),
  };
}

export function addCosts(a: CallCosts, b: CallCosts): CallCosts {
  return combine(a, b, 1);
}

/** What was spent from `before` to `after`. */
export function costsSince(after: CallCosts, before: CallCosts): CallCosts {
  return combine(after, before, -1);
}

/** All roles together. */
export function totalCost({ roles }: CallCosts): RoleCost {
  return MODEL_ROLES.map((role) => roles[role]).reduce(addRole, noCost());
}

/** Tokens that a chat template adds to a prompt, at most, for a bound before the call. */
const TEMPLATE_ALLOWANCE = 96;
const SECONDS_PER_HOUR = 3600;

export interface CallBudgetOptions {
  readonly caps: CallCaps;
  readonly clock: Clock;
  /** What was spent before. */
  readonly spent?: CallCosts | undefined;
}

/** One for all models of a run within one thread. */
export class CallBudget {
  readonly #caps: CallCaps;
  readonly #clock: Clock;
  #costs: CallCosts;
  #inProgress = 0;
  /** Tokens that calls in progress may come to. */
  #reservedTokens = 0;
  #busySinceMs = 0;

  constructor({ caps, clock, spent }: CallBudgetOptions) {
    this.#caps = caps;
    this.#clock = clock;
    this.#costs = spent === undefined ? noCosts() : structuredClone(spent);
  }

  /** What was spent so far, as data of its own; calls in progress count when they end. */
  snapshot(): CallCosts {
    return { ...structuredClone(this.#costs), busySeconds: this.#busySeconds };
  }

  /** Takes in what was spent elsewhere or before. */
  add(costs: CallCosts): void {
    this.#costs = addCosts(this.#costs, costs);
  }

  /** The model with its calls counted under `role`. Disposing of it disposes of the model. */
  meter(model: LanguageModel, role: ModelRole): LanguageModel {
    return new MeteredModel(model, (request) => this.#run(model, role, request));
  }

  get #busySeconds(): number {
    const current = this.#inProgress > 0 ? this.#clock.now() - this.#busySinceMs : 0;
    return this.#costs.busySeconds + Math.max(0, current) / 1000;
  }

  async #run(model: LanguageModel, role: ModelRole, request: CompletionRequest): Promise<Completion> {
    const promptTokens = this.#caps.tokens === null ? 0 : await countPrompt(model, request.messages);
    const tokens = promptTokens + request.maxTokens;
    this.#refuseBeyondCaps(role, tokens);
    const startedMs = this.#begin(tokens);
    try {
      const completion = await model.complete(request);
      this.#end({ role, tokens, startedMs, usage: completion.usage });
      return completion;
    } catch (error) {
      const isCut = error instanceof AppError && error.details?.reason === 'cut-reply';
      // A cut reply was generated to its bound, and its prompt was counted where tokens are capped; of other errors it is
      // not known what they cost.
      const usage = isCut
        ? { promptTokens, cachedPromptTokens: 0, completionTokens: request.maxTokens }
        : { promptTokens: 0, cachedPromptTokens: 0, completionTokens: 0 };
      this.#end({ role, tokens, startedMs, usage, isFailed: true });
      throw error;
    }
  }

  #refuseBeyondCaps(role: ModelRole, tokens: number): void {
    const total = totalCost(this.#costs);
    const spentTokens = total.promptTokens + total.completionTokens + this.#reservedTokens;
    const { calls, tokens: tokenCap, hours } = this.#caps;
    const beyond =
      calls !== null && total.calls + this.#inProgress + 1 > calls
        ? { cap: 'calls', limit: calls, spent: total.calls + this.#inProgress }
        : tokenCap !== null && spentTokens + tokens > tokenCap
          ? { cap: 'tokens', limit: tokenCap, spent: spentTokens }
          : hours !== null && this.#busySeconds >= hours * SECONDS_PER_HOUR
            ? { cap: 'hours', limit: hours, spent: this.#busySeconds / SECONDS_PER_HOUR }
            : null;
    if (beyond === null) return;
    throw new AppError(
      'UNAVAILABLE',
      `The budget of ${beyond.limit} ${beyond.cap} is used up (${Number(beyond.spent.toFixed(2))} spent): the next call of ` +
        `the ${role} would exceed it; raise the cap and resume the run.`,
      { details: { reason: 'budget-reached', role, ...beyond } },
    );
  }

  /** When the call began, in milliseconds. */
  #begin(tokens: number): number {
    const now = this.#clock.now();
    if (this.#inProgress === 0) this.#busySinceMs = now;
    this.#inProgress += 1;
    this.#reservedTokens += tokens;
    return now;
  }

  #end(call: {
    readonly role: ModelRole;
    readonly tokens: number;
    readonly startedMs: number;
    readonly usage: Omit<Completion['usage'], 'durationMs'>;
    readonly isFailed?: boolean;
  }): void {
    const { role, tokens, startedMs, usage, isFailed = false } = call;
    const now = this.#clock.now();
    const busySeconds = this.#inProgress === 1 ? this.#busySeconds : this.#costs.busySeconds;
    this.#inProgress -= 1;
    this.#reservedTokens -= tokens;
    const { promptTokens, cachedPromptTokens, completionTokens } = usage;
    const cost: RoleCost = {
      calls: 1,
      failedCalls: isFailed ? 1 : 0,
      promptTokens,
      cachedPromptTokens,
      completionTokens,
      seconds: Math.max(0, now - startedMs) / 1000,
    };
    const { roles } = this.#costs;
    this.#costs = { roles: { ...roles, [role]: addRole(roles[role], cost) }, busySeconds };
  }
}

async function countPrompt(model: LanguageModel, messages: readonly ChatMessage[]): Promise<number> {
  const counts = await Promise.all(messages.map(({ content }) => model.countTokens(content)));
  return counts.reduce((sum, one) => sum + one, TEMPLATE_ALLOWANCE);
}

/** A model whose completions go through a budget. */
class MeteredModel implements LanguageModel {
  readonly id: string;
  readonly contextTokens: number;
  readonly complete: LanguageModel['complete'];
  readonly #model: LanguageModel;

  constructor(model: LanguageModel, complete: LanguageModel['complete']) {
    this.id = model.id;
    this.contextTokens = model.contextTokens;
    this.complete = complete;
    this.#model = model;
  }

  countTokens(text: string): Promise<number> {
    return this.#model.countTokens(text);
  }

  dispose(): Promise<void> {
    return this.#model.dispose();
  }
}
