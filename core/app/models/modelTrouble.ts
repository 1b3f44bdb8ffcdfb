import type { ModelRecord, ModelTrouble } from '../../contract/model.ts';
import type { RunProgress } from '../../contract/run.ts';
import type { ModelChange } from '../../models/llama/modelSupervisor.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Workspace } from '../../store/workspace.ts';

/**
 * What went wrong with model processes and was put right again. Law: each of it is an event of the run it happened to, in
 * ids alone, and is counted at its model until that is tried anew.
 */

const CAUSE_WORDS: Readonly<Record<ModelTrouble['cause'], string>> = {
  crash: 'it ended unexpectedly',
  hang: 'it stopped answering',
  load: 'the model could not be loaded',
  'out-of-memory': 'there was not enough memory',
};

function isCause(text: unknown): text is ModelTrouble['cause'] {
  return typeof text === 'string' && Object.hasOwn(CAUSE_WORDS, text);
}

/** One clause, to follow the name of the model. */
export function troubleWords({ cause, gpuLayers }: Pick<ModelTrouble, 'cause' | 'gpuLayers'>): string {
  const because = `because ${CAUSE_WORDS[cause]}`;
  if (gpuLayers === null) return `its process was started again, ${because}`;
  return gpuLayers === 0
    ? `it runs on the processor from now on, ${because}`
    : `it keeps ${gpuLayers} layers on the GPU from now on, ${because}`;
}

/** As an event of a run has it; null for an event of another form. */
export function troubleOf(ids: Readonly<Record<string, string | number>>): {
  readonly modelId: string;
  readonly words: string;
} | null {
  const { model, cause, gpuLayers } = ids;
  if (typeof model !== 'string' || !isCause(cause)) return null;
  const layers = typeof gpuLayers === 'number' ? gpuLayers : null;
  return { modelId: model, words: troubleWords({ cause, gpuLayers: layers }) };
}

interface Noted {
  readonly modelId: string;
  readonly cause: ModelTrouble['cause'];
  readonly gpuLayers: number | null;
}

/** Keeps what becomes of the models that were opened together. */
export class ModelTroubles {
  readonly #workspace: Pick<Workspace, 'models' | 'runs' | 'events' | 'transaction'>;
  readonly #clock: Clock;
  #runId: string | null = null;
  /** From before it was known which run the models are for. */
  #early: Noted[] = [];
  #summary: RunProgress['modelTrouble'] = null;
  #listener: (() => void) | null = null;

  constructor(parts: {
    readonly workspace: Pick<Workspace, 'models' | 'runs' | 'events' | 'transaction'>;
    readonly clock: Clock;
  }) {
    this.#workspace = parts.workspace;
    this.#clock = parts.clock;
  }

  /** Null while there was none. */
  get summary(): RunProgress['modelTrouble'] {
    return this.#summary;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  /** The run that the models are for. */
  attach(runId: string): void {
    this.#runId = runId;
    for (const noted of this.#early.splice(0)) this.#append(noted, runId);
  }

  note(modelId: string, { kind, cause, gpuLayers }: ModelChange): void {
    if (!isCause(cause)) return;
    const noted: Noted = {
      modelId,
      cause,
      gpuLayers: kind === 'fewer-layers' && gpuLayers !== 'auto' ? gpuLayers : null,
    };
    this.#workspace.transaction(() => {
      if (this.#runId === null) this.#early.push(noted);
      else this.#append(noted, this.#runId);
      this.#count(noted);
    });
    const { name = modelId } = this.#workspace.models.get(modelId) ?? {};
    this.#summary = {
      restarts: (this.#summary?.restarts ?? 0) + 1,
      latest: `${name}: ${troubleWords(noted)}.`,
    };
    this.#listener?.();
  }

  #append({ modelId, cause, gpuLayers }: Noted, runId: string): void {
    const { step, stage } = this.#workspace.runs.require(runId);
    const layers = gpuLayers === null ? {} : { gpuLayers };
    this.#workspace.events.append({
      type: 'model.restarted',
      runId,
      ids: { model: modelId, cause, step, stage, ...layers },
    });
  }

  /** A model that was removed meanwhile has nothing to be told of. */
  #count({ modelId, cause, gpuLayers }: Noted): void {
    const record: ModelRecord | null = this.#workspace.models.get(modelId);
    if (record === null) return;
    this.#workspace.models.put({
      ...record,
      trouble: {
        restarts: (record.trouble?.restarts ?? 0) + 1,
        atMs: this.#clock.now(),
        cause,
        // Layers that were taken away stay away for as long as the model is open.
        gpuLayers: gpuLayers ?? record.trouble?.gpuLayers ?? null,
      },
    });
  }
}
