import { LiveIndex } from '../../memory/lance/liveIndex.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { OpenerParts } from '../models/modelOpener.ts';
import { LiveEmbedders } from './liveEmbedders.ts';
import { LiveExecutor } from './liveExecutor.ts';
import { LiveMemory } from './liveMemory.ts';
import { SkillSelector } from './skillSelector.ts';

/** Everything that agents use of an open workspace. */
export class LiveMemoryService {
  readonly memory: LiveMemory;
  readonly selector: SkillSelector;
  readonly executor: LiveExecutor;
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly #embedders: LiveEmbedders;

  private constructor(parts: OpenerParts, index: LiveIndex) {
    const { workspace, clock } = parts;
    const embedders = new LiveEmbedders(parts);
    this.workspace = workspace;
    this.clock = clock;
    this.#embedders = embedders;
    this.memory = new LiveMemory({ workspace, index, embedders, clock });
    this.selector = new SkillSelector({ workspace, embedders });
    this.executor = new LiveExecutor(parts);
  }

  /** Goes on with what an earlier process left unfinished. UNAVAILABLE when the index cannot be opened. */
  static async open(parts: OpenerParts): Promise<LiveMemoryService> {
    const service = new LiveMemoryService(
      parts,
      await LiveIndex.open(parts.workspace.folder('memories.lance')),
    );
    service.memory.start();
    return service;
  }

  async close(): Promise<void> {
    await this.executor.close();
    await this.memory.close();
    await this.#embedders.close();
  }
}
