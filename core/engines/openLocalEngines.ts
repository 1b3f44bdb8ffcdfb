import type { RunConfig } from '../config/schema.ts';
import type { LanguageModel } from '../models/languageModel.ts';
import { AppError } from '../shared/errors.ts';
import { createBuiltinActor } from './builtin/actor.ts';
import { createBuiltinAnswerer } from './builtin/answerer.ts';
import { createBuiltinDesigner } from './builtin/designer.ts';
import { createBuiltinEmbedder } from './builtin/embedder.ts';
import { createBuiltinExecutor } from './builtin/executor.ts';
import { createBuiltinJudge } from './builtin/judge.ts';
import type { EngineModels } from './engineModels.ts';
import type { EnginesSetup } from './engines.ts';
import { createLlmActor } from './llm/llmActor.ts';
import { createLlmRoles } from './llm/createLlmRoles.ts';
import { createLlmDesigner } from './llm/llmDesigner.ts';
import { rememberingModel } from './llm/rememberingModel.ts';
import type { ModelRole } from './llm/promptNotes.ts';
import { LocalEngines, type EngineRoles } from './localEngines.ts';
import type { Designer } from './roles.ts';

function modelOf(models: EngineModels | null, role: ModelRole): LanguageModel {
  const model = models?.roles[role];
  if (model !== undefined) return model;
  const key = role === 'designer' ? 'designer' : 'engine';
  throw new AppError(
    'UNAVAILABLE',
    `No language model is set up for the ${role} (--${key} llm); use --${key} builtin.`,
    { details: { keys: [key] } },
  );
}

function createRoles(config: RunConfig, models: EngineModels | null): Omit<EngineRoles, 'designer'> {
  const embedder = models?.embedder ?? createBuiltinEmbedder();
  if (config.engine === 'builtin')
    return {
      embedder,
      executor: createBuiltinExecutor(),
      answerer: createBuiltinAnswerer(),
      actor: createBuiltinActor(),
      judge: createBuiltinJudge(),
    };
  const executor = modelOf(models, 'executor');
  const { reflectionRounds, seed } = config;
  const roles = createLlmRoles({
    // The designer is made by itself: it may be built in, or the only role that is not.
    models: {
      executor,
      answerer: modelOf(models, 'answerer'),
      judge: modelOf(models, 'judge'),
      designer: executor,
    },
    seed,
    reflectionRounds,
    // Whoever opened the models counts their calls.
    budget: null,
    cache: models?.replies ?? null,
    onNote: models?.onNote,
  });
  // Whoever answers also acts.
  const actor = createLlmActor({ model: modelOf(models, 'answerer'), seed, onNote: models?.onNote });
  return { embedder, executor: roles.executor, answerer: roles.answerer, actor, judge: roles.judge };
}

function createDesigner(config: RunConfig, models: EngineModels | null): Designer | null {
  switch (config.designer) {
    case 'none':
      return null;
    case 'builtin':
      return createBuiltinDesigner();
    case 'narrowed':
      return createBuiltinDesigner(['time']);
    case 'llm': {
      const model = modelOf(models, 'designer');
      const replies = models?.replies ?? null;
      return createLlmDesigner({
        model: replies === null ? model : rememberingModel(model, replies),
        seed: config.seed,
        reflectionRounds: config.reflectionRounds,
        onNote: models?.onNote,
      });
    }
  }
}

/**
 * Engines in the calling thread over the roles that the configuration names.
 *
 * @throws AppError UNAVAILABLE when a role wants a model that is not there.
 */
export function openLocalEngines(setup: EnginesSetup, models: EngineModels | null = null): LocalEngines {
  const { config } = setup;
  return new LocalEngines(setup, {
    ...createRoles(config, models),
    designer: createDesigner(config, models),
  });
}
