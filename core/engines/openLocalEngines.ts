import type { RunConfig } from '../config/schema.ts';
import { AppError } from '../shared/errors.ts';
import { createBuiltinAnswerer } from './builtin/answerer.ts';
import { createBuiltinDesigner } from './builtin/designer.ts';
import { createBuiltinEmbedder } from './builtin/embedder.ts';
import { createBuiltinExecutor } from './builtin/executor.ts';
import { createBuiltinJudge } from './builtin/judge.ts';
import type { EnginesSetup } from './engines.ts';
import type { EpisodeRoles } from './episode.ts';
import { LocalEngines } from './localEngines.ts';
import type { Designer } from './roles.ts';

function createRoles(config: RunConfig): EpisodeRoles {
  if (config.engine !== 'builtin') {
    throw new AppError('UNAVAILABLE', 'No language model is set up (--engine llm); use --engine builtin.', {
      details: { keys: ['engine'] },
    });
  }
  return {
    embedder: createBuiltinEmbedder(),
    executor: createBuiltinExecutor(),
    answerer: createBuiltinAnswerer(),
    judge: createBuiltinJudge(),
  };
}

function createDesigner(config: RunConfig): Designer | null {
  if (config.designer === 'none') return null;
  if (config.designer === 'builtin') return createBuiltinDesigner();
  throw new AppError('UNAVAILABLE', 'No language model is set up (--designer llm); use --designer builtin.', {
    details: { keys: ['designer'] },
  });
}

/** Engines in the calling thread over the roles that the configuration names. @throws AppError UNAVAILABLE when one is not set up. */
export function openLocalEngines(setup: EnginesSetup): LocalEngines {
  const { config } = setup;
  return new LocalEngines(setup, { ...createRoles(config), designer: createDesigner(config) });
}
