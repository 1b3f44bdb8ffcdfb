import type { Engines } from './engines.ts';
import type { WireError } from './wireError.ts';

/** The tasks a worker thread takes, by the name of the method that does them. */
export const ENGINE_TASKS = [
  'setPolicy',
  'runEpisode',
  'readSpans',
  'embed',
  'execute',
  'cluster',
  'design',
  'redraft',
] as const;
export type EngineTask = (typeof ENGINE_TASKS)[number];

export type TaskInput<Task extends EngineTask> = Parameters<Engines[Task]>[0];
export type TaskOutput<Task extends EngineTask> = Awaited<ReturnType<Engines[Task]>>;

export type ToWorker =
  | { readonly kind: 'task'; readonly id: number; readonly task: EngineTask; readonly input: unknown }
  | { readonly kind: 'cancel'; readonly id: number };

export type FromWorker =
  | { readonly kind: 'ready'; readonly embedderId: string; readonly embedderDimension: number }
  | { readonly kind: 'output'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'error'; readonly id: number | null; readonly error: WireError };
