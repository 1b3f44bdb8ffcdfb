import type { RunConfig } from '../../config/schema.ts';
import type { SkillSelection } from '../../contract/memory.ts';
import type { BankVersion, Skill } from '../../contract/skill.ts';
import { softmax } from '../../controller/categorical.ts';
import { decodeCheckpoint } from '../../controller/checkpoint.ts';
import { encodeState } from '../../controller/encoding.ts';
import { Policy } from '../../controller/policy.ts';
import { greedyTopK, similarityTopK } from '../../controller/selection.ts';
import { currentVersion } from '../../evolution/bankHistory.ts';
import type { Embedder } from '../../memory/embedder.ts';
import { required } from '../../shared/assertions.ts';
import { cosine } from '../../shared/vectors.ts';
import { candidates } from '../../skills/skillBank.ts';
import { skillText } from '../../skills/skillText.ts';
import type { CheckpointReference } from '../../store/checkpointFiles.ts';
import type { Workspace } from '../../store/workspace.ts';
import { parseRunState } from '../../training/runState.ts';
import { takeInBank } from '../../training/takeInBank.ts';
import { configOf } from '../openTraining.ts';
import type { LiveEmbedders } from './liveEmbedders.ts';

/** Skills chosen by similarity when nobody says how many: the default K of a run. */
const DEFAULT_K = 3;

export interface SelectorParts {
  readonly workspace: Workspace;
  readonly embedders: LiveEmbedders;
}

export interface SelectionInput {
  readonly text: string;
  /** Texts of the memories at hand. */
  readonly memories: readonly string[];
  readonly runId: string | null;
  readonly k: number | null;
}

export interface ChosenSkills {
  readonly selection: SkillSelection;
  /** The same skills, with their instructions. */
  readonly skills: readonly Skill[];
  readonly bank: BankVersion;
}

/** What chooses from one bank; kept, since reading weights and encoding skills takes longer than choosing. */
interface Chooser {
  readonly key: string;
  readonly bank: BankVersion;
  readonly skills: readonly Skill[];
  readonly embedder: Embedder;
  readonly vectors: readonly Float32Array[];
  /** Null: by similarity. */
  readonly trained: { readonly policy: Policy; readonly config: RunConfig } | null;
  readonly runId: string | null;
  readonly reason: string;
}

/** Chooses skills of the current bank for a text, as an episode does when it is measured: greedy, no exploration. */
export class SkillSelector {
  readonly #parts: SelectorParts;
  #chooser: Chooser | null = null;

  constructor(parts: SelectorParts) {
    this.#parts = parts;
  }

  /** The bank that is chosen from: the latest, or a run's. */
  bank(runId: string | null): BankVersion {
    const { workspace } = this.#parts;
    return currentVersion(workspace, runId === null ? null : workspace.runs.require(runId).id);
  }

  async select(input: SelectionInput, signal?: AbortSignal): Promise<ChosenSkills> {
    const chooser = await this.#chooserFor(input.runId, signal);
    const [span, ...memories] = await chooser.embedder.embed([input.text, ...input.memories], signal);
    const scored = scores(chooser, { span: required(span, 'vector'), memories });
    const chosen = scored(input.k)
      // It means "remember nothing" and gives an agent nothing to do.
      .filter(({ skill }) => skill.type !== 'noop');
    const { bank, trained, runId, reason } = chooser;
    const selection: SkillSelection = {
      selectedBy: trained === null ? 'similarity' : 'controller',
      reason,
      runId,
      bankVersion: bank.version,
      bankHash: bank.hash,
      skills: chosen.map(({ skill: { name, description, type }, score }) => ({
        name,
        description,
        type,
        score,
      })),
    };
    return { selection, bank, skills: chosen.map(({ skill }) => skill) };
  }

  async #chooserFor(runId: string | null, signal?: AbortSignal): Promise<Chooser> {
    const { workspace, embedders } = this.#parts;
    const bank = this.bank(runId);
    const owner = runId ?? bank.runId;
    const checkpoint = owner === null ? null : this.#checkpointOf(owner);
    const key = [bank.version, bank.hash, owner, checkpoint?.sha256 ?? ''].join('|');
    if (this.#chooser?.key === key) return this.#chooser;
    const config = owner === null ? null : configOf(workspace.runs.require(owner));
    const embedder = await embedders.ofModel(config?.embedderModel ?? null);
    const skills = candidates(bank.skills);
    const vectors = await embedder.embed(
      skills.map((skill) => skillText(skill, config?.skillText ?? 'full')),
      signal,
    );
    const policy = checkpoint === null ? null : this.#policy(checkpoint);
    policy?.setSkills(vectors);
    this.#chooser = {
      key,
      bank,
      skills,
      embedder,
      vectors,
      trained: policy === null || config === null ? null : { policy, config },
      runId: owner,
      reason: reasonFor(bank, owner, policy !== null),
    };
    return this.#chooser;
  }

  /** Of the run's current bank: one that went back brings its own. Null when none was trained. */
  #checkpointOf(runId: string): CheckpointReference | null {
    const { workspace } = this.#parts;
    const saved = workspace.runState.get(runId);
    return saved === null ? null : takeInBank(workspace, runId, parseRunState(runId, saved)).checkpoint;
  }

  #policy(checkpoint: CheckpointReference): Policy {
    const bytes = this.#parts.workspace.checkpoints.read(checkpoint);
    return Policy.create(decodeCheckpoint(bytes, checkpoint.name).weights);
  }
}

function reasonFor(bank: BankVersion, runId: string | null, isTrained: boolean): string {
  if (isTrained)
    return `The trained controller of run ${runId ?? ''} chose from bank version ${bank.version}.`;
  return runId === null
    ? `Bank version ${bank.version} belongs to no run, so that there is no trained controller: the skills most similar to the text were taken.`
    : `Run ${runId} has no trained controller: the skills most similar to the text were taken.`;
}

interface ScoredSkill {
  readonly skill: Skill;
  readonly score: number;
}

/** Vectors of the text and of the memories at hand. */
interface Situation {
  readonly span: Float32Array;
  readonly memories: readonly Float32Array[];
}

function scores(chooser: Chooser, { span, memories }: Situation): (k: number | null) => ScoredSkill[] {
  const { trained, skills, vectors } = chooser;
  const at = (index: number, score: number): ScoredSkill => ({
    skill: required(skills[index], 'selected skill'),
    score,
  });
  if (trained === null)
    return (k) =>
      similarityTopK(span, vectors, k ?? DEFAULT_K).map((index) =>
        at(index, cosine(span, required(vectors[index], 'vector'))),
      );
  const { policy, config } = trained;
  const state = encodeState({ span, memories, fusion: config.stateFusion, tau: config.stateFusionTau });
  const { logits } = policy.evaluate(state);
  const probabilities = softmax(logits);
  return (k) => greedyTopK(logits, k ?? config.k).map((index) => at(index, probabilities[index] ?? 0));
}
