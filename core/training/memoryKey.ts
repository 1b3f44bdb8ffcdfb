import type { RunConfig } from '../config/schema.ts';
import type { Skill } from '../contract/skill.ts';
import type { Trace } from '../datasets/trace.ts';
import { contentHash } from '../shared/contentHash.ts';
import { bankHash } from '../skills/skillBank.ts';

/** Everything that the memory built over a trace depends on (reference 13.4, 15.5 #62). */
export interface MemoryKeyParts {
  readonly applicationVersion: string;
  readonly trace: Pick<Trace, 'id' | 'spans'>;
  readonly skills: readonly Skill[];
  readonly config: RunConfig;
  /** SHA-256 of the controller's weights; null where nothing was learned. */
  readonly controllerHash: string | null;
  /** The executor's model by the hash of its file or its address, and the version of its prompt; null: built in. */
  readonly executor: { readonly model: string; readonly promptVersion: string } | null;
  readonly embedderId: string;
}

/** Counted up when what is kept of a memory changes. */
const FORMAT_VERSION = 1;

/** The options that decide what is remembered. Those of questions, training and display are not among them. */
function memoryOptions(config: RunConfig): Record<string, unknown> {
  const { sessionMode, chunkSize, chunkOverlap, engine, seed, k, selection } = config;
  const { memTopK, maxActionsPerSpan, stateFusion, stateFusionTau, skillText, modelContext } = config;
  return {
    sessionMode,
    chunkSize,
    chunkOverlap,
    engine,
    seed,
    k,
    selection,
    memTopK,
    maxActionsPerSpan,
    stateFusion,
    stateFusionTau,
    skillText,
    modelContext,
  };
}

/** Equal keys, equal memories; SHA-256. */
export function memoryKey(parts: MemoryKeyParts): string {
  const { trace } = parts;
  return contentHash({
    formatVersion: FORMAT_VERSION,
    applicationVersion: parts.applicationVersion,
    // The episode's random stream is named by the trace.
    traceId: trace.id,
    spans: trace.spans.map(({ text, date }) => ({ text, date })),
    bank: bankHash(parts.skills),
    options: memoryOptions(parts.config),
    controller: parts.controllerHash,
    executor: parts.executor,
    embedder: parts.embedderId,
  });
}
