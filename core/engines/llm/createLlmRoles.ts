import type { LanguageModel } from '../../models/languageModel.ts';
import type { Answerer, Designer, Executor, Judge } from '../roles.ts';
import { cachedAnswerer, cachedExecutor, cachedJudge, type CacheUse } from './cachedRoles.ts';
import type { CallBudget } from './callBudget.ts';
import { createLlmAnswerer } from './llmAnswerer.ts';
import { createLlmDesigner } from './llmDesigner.ts';
import { createLlmExecutor } from './llmExecutor.ts';
import { createLlmJudge } from './llmJudge.ts';
import { type ModelRole, type OnNote } from './promptNotes.ts';
import { promptVersions } from './promptVersions.ts';
import type { ReplyCache } from './replyCache.ts';

export interface LlmRolesOptions {
  /** One model may serve all roles; the caller disposes of it. */
  readonly models: Readonly<Record<ModelRole, LanguageModel>>;
  readonly seed: number;
  /** Rounds in which the designer questions its analysis, at least 0. */
  readonly reflectionRounds: number;
  /** Counts and caps calls; null for none. */
  readonly budget: CallBudget | null;
  /** Null: every reply is asked for. */
  readonly cache: ReplyCache | null;
  readonly onNote?: OnNote | undefined;
}

export interface LlmRoles {
  readonly executor: Executor;
  readonly answerer: Answerer;
  readonly judge: Judge;
  readonly designer: Designer;
  readonly promptVersions: Readonly<Record<ModelRole, string>>;
  /** Replies taken from the cache; null without one. */
  readonly cacheUse: () => Readonly<Record<Exclude<ModelRole, 'designer'>, CacheUse>> | null;
}

/** The same model for all roles. */
export function oneModelForAll(model: LanguageModel): Record<ModelRole, LanguageModel> {
  return { executor: model, answerer: model, judge: model, designer: model };
}

/** The four roles over language models. Caches lie before the budget: a remembered reply costs no call. */
export function createLlmRoles(options: LlmRolesOptions): LlmRoles {
  const { models, seed, reflectionRounds, budget, cache, onNote } = options;
  const versions = promptVersions();
  const role = (name: ModelRole) => ({
    model: budget === null ? models[name] : budget.meter(models[name], name),
    seed,
    onNote,
  });
  const executor = createLlmExecutor(role('executor'));
  const answerer = createLlmAnswerer(role('answerer'));
  const judge = createLlmJudge(role('judge'));
  const shared = {
    designer: createLlmDesigner({ ...role('designer'), reflectionRounds }),
    promptVersions: versions,
  };
  if (cache === null) return { executor, answerer, judge, ...shared, cacheUse: () => null };
  const scope = (name: ModelRole) => ({
    cache,
    modelId: models[name].id,
    promptVersion: versions[name],
    seed,
  });
  const cached = {
    executor: cachedExecutor(executor, scope('executor')),
    answerer: cachedAnswerer(answerer, scope('answerer')),
    judge: cachedJudge(judge, scope('judge')),
  };
  return {
    ...cached,
    ...shared,
    cacheUse: () => ({
      executor: cached.executor.use(),
      answerer: cached.answerer.use(),
      judge: cached.judge.use(),
    }),
  };
}
