import type { ErrorCode } from '../shared/errors.ts';
import type { Backend, BackendName } from './backend.ts';
import type { PpoMetrics, UpdateOptions } from './ppo.ts';
import type { RolloutBuffer } from './rolloutBuffer.ts';
import type { ControllerState, NewController } from './trainer.ts';
import type { NamedArrays } from './weights.ts';

/** What a client asks of the PPO worker, and what each request is answered with. Structured clones both ways. */
export interface WorkerCalls {
  init: { input: { start: NewController | ControllerState; backend: BackendName | null }; output: Backend };
  update: { input: { buffer: RolloutBuffer; options: UpdateOptions }; output: PpoMetrics };
  weights: { input: null; output: NamedArrays };
  exportState: { input: null; output: ControllerState };
  importState: { input: ControllerState; output: null };
  exportCheckpoint: { input: null; output: Uint8Array<ArrayBuffer> };
  importCheckpoint: { input: { bytes: Uint8Array; source: string }; output: null };
}
export type WorkerCallName = keyof WorkerCalls;

export type WorkerRequest =
  | {
      [Name in WorkerCallName]: { id: number; call: Name; input: WorkerCalls[Name]['input'] };
    }[WorkerCallName]
  /** Ends request `id` early; answered by that request's failure. */
  | { id: number; call: 'cancel' };

export type WorkerResponse =
  { id: number; output: WorkerCalls[WorkerCallName]['output'] } | { id: number; error: WorkerFailure };

/** An AppError, or a defect (INTERNAL), in a form that survives the passage between threads. */
export interface WorkerFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: Record<string, unknown> | undefined;
  readonly stack: string | undefined;
}
