import { AppError } from '../shared/errors.ts';
import type { RunConfig } from './schema.ts';

/** Which model of the workspace serves which role, where a run does not say. */
export interface AssignedModels {
  readonly executor?: string | undefined;
  readonly answerer?: string | undefined;
  readonly judge?: string | undefined;
  readonly designer?: string | undefined;
  readonly embedder?: string | undefined;
}

/** Whether a run asks language models for anything. */
export function usesLanguageModels({ engine, designer }: RunConfig): boolean {
  return engine === 'llm' || designer === 'llm';
}

/**
 * The configuration with the models it leaves open filled from the workspace's assignments as far as there are any. Only
 * what the run uses is filled: one on the built-in engine stays free of models.
 */
export function fillAssignedModels(config: RunConfig, assigned: AssignedModels): RunConfig {
  if (!usesLanguageModels(config)) return config;
  const isEngine = config.engine === 'llm';
  return {
    ...config,
    executorModel: config.executorModel ?? assigned.executor ?? null,
    ...(isEngine && {
      answererModel: config.answererModel ?? assigned.answerer ?? null,
      judgeModel: config.judgeModel ?? assigned.judge ?? null,
      embedderModel: config.embedderModel ?? assigned.embedder ?? null,
    }),
    ...(config.designer === 'llm' && { designerModel: config.designerModel ?? assigned.designer ?? null }),
  };
}

/**
 * As `fillAssignedModels`, for the configuration to be frozen so.
 *
 * @throws AppError INVALID_INPUT naming the key when a role is left without a model.
 */
export function withAssignedModels(config: RunConfig, assigned: AssignedModels): RunConfig {
  if (!usesLanguageModels(config)) return config;
  const filled = fillAssignedModels(config, assigned);
  if (config.engine === 'llm') requireModel(filled.executorModel, 'executorModel', 'engine llm');
  else requireModel(filled.designerModel ?? filled.executorModel, 'designerModel', 'designer llm');
  return Object.freeze(filled);
}

function requireModel(model: string | null, key: string, asked: string): void {
  if (model !== null) return;
  const flag = key.replace('Model', '-model');
  throw new AppError(
    'INVALID_INPUT',
    `No language model is set up for ${asked}: add one with "memskill models" or on the Models screen and assign it, or ` +
      `name it in ${key} (--${flag}).`,
    { details: { keys: [key], reason: 'no-model' } },
  );
}
