import type { RunConfig } from '../../config/schema.ts';
import type { ReceivedController } from '../../contract/bankExchange.ts';
import type { SkillSelection } from '../../contract/memory.ts';
import type { BankVersion, Skill } from '../../contract/skill.ts';
import { softmax } from '../../controller/categorical.ts';
import { decodeCheckpoint } from '../../controller/checkpoint.ts';
import { encodeState } from '../../controller/encoding.ts';
import { Policy } from '../../controller/policy.ts';
import { greedyTopK, similarityTopK } from '../../controller/selection.ts';
import { currentVersion } from '../../evolution/bankHistory.ts';
import {
  controllerOptions,
  decodeController,
  skillMapHash,
  skillMapOf,
  type ControllerOptions,
} from '../../exchange/bankController.ts';
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
  readonly trained: { readonly policy: Policy; readonly options: ControllerOptions } | null;
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
    const chosen = scored(input.k);
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
    const received = checkpoint === null ? this.#receivedFor(bank) : null;
    const { embedder: modelId = null } = workspace.settings.get().modelRoles;
    const key = [bank.version, bank.hash, owner, checkpoint?.sha256, received?.receivedAtMs, modelId].join(
      '|',
    );
    if (this.#chooser?.key === key) return this.#chooser;
    const config = owner === null ? null : configOf(workspace.runs.require(owner));
    const own = await embedders.ofModel(config?.embedderModel ?? null);
    const { embedder, trained, reason } =
      checkpoint === null || config === null
        ? await this.#withReceived(received, { own, modelId, fallback: whyNone(bank, owner) })
        : { embedder: own, trained: this.#trained(checkpoint, config), reason: ofRun(bank, owner) };
    const skills = candidates(bank.skills);
    const vectors = await embedder.embed(
      skills.map((skill) => skillText(skill, trained?.options.skillText ?? config?.skillText ?? 'full')),
      signal,
    );
    trained?.policy.setSkills(vectors);
    this.#chooser = { key, bank, skills, embedder, vectors, trained, runId: owner, reason };
    return this.#chooser;
  }

  /** What came with a bank file and was trained on the skills that the bank has now. */
  #receivedFor(bank: BankVersion): ReceivedController | null {
    return this.#parts.workspace.receivedControllers.get(skillMapHash(skillMapOf(bank.skills)));
  }

  /** The controller of a file, if an embedder is at hand whose vectors it knows. */
  async #withReceived(
    received: ReceivedController | null,
    { own, modelId, fallback }: { own: Embedder; modelId: string | null; fallback: string },
  ): Promise<Pick<Chooser, 'embedder' | 'trained' | 'reason'>> {
    const without = { embedder: own, trained: null };
    if (received === null)
      return { ...without, reason: `${fallback}: the skills most similar to the text were taken.` };
    const { part, fileName } = received;
    const isKnown = ({ id, dimension }: Embedder): boolean =>
      id === part.embedder.id && dimension === part.embedder.dimension;
    const assigned = isKnown(own) ? own : await this.#parts.embedders.ofModel(modelId);
    if (!isKnown(assigned))
      return {
        ...without,
        reason: `The controller that came with ${fileName} was trained on vectors of ${part.embedder.id}: assign that embedding model to use it. The skills most similar to the text were taken.`,
      };
    const trained = {
      policy: Policy.create(decodeController(part, fileName)),
      options: controllerOptions(part),
    };
    return {
      embedder: assigned,
      trained,
      reason: `The trained controller that came with ${fileName} chose.`,
    };
  }

  /** Of the run's current bank: one that went back brings its own. Null when none was trained. */
  #checkpointOf(runId: string): CheckpointReference | null {
    const { workspace } = this.#parts;
    const saved = workspace.runState.get(runId);
    return saved === null ? null : takeInBank(workspace, runId, parseRunState(runId, saved)).checkpoint;
  }

  #trained(checkpoint: CheckpointReference, options: RunConfig): NonNullable<Chooser['trained']> {
    const bytes = this.#parts.workspace.checkpoints.read(checkpoint);
    return { policy: Policy.create(decodeCheckpoint(bytes, checkpoint.name).weights), options };
  }
}

function ofRun({ version }: BankVersion, runId: string | null): string {
  return `The trained controller of run ${runId ?? ''} chose from bank version ${version}.`;
}

function whyNone({ version }: BankVersion, runId: string | null): string {
  return runId === null
    ? `Bank version ${version} belongs to no run, and no controller of its skills came with a file, so that there is no trained controller`
    : `Run ${runId} has no trained controller`;
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

/** "Remember nothing" gives an agent nothing to do. */
const isOfUse = ({ skill }: ScoredSkill): boolean => skill.type !== 'noop';

function scores(chooser: Chooser, { span, memories }: Situation): (k: number | null) => ScoredSkill[] {
  const { trained, skills, vectors } = chooser;
  const at = (index: number, score: number): ScoredSkill => ({
    skill: required(skills[index], 'selected skill'),
    score,
  });
  if (trained === null) {
    const ranked = similarityTopK(span, vectors, vectors.length).map((index) =>
      at(index, cosine(span, required(vectors[index], 'vector'))),
    );
    // Alike in words to "remember nothing" says nothing: others take its place.
    return (k) => ranked.filter(isOfUse).slice(0, k ?? DEFAULT_K);
  }
  const { policy, options } = trained;
  const state = encodeState({ span, memories, fusion: options.stateFusion, tau: options.stateFusionTau });
  const { logits } = policy.evaluate(state);
  const probabilities = softmax(logits);
  return (k) =>
    greedyTopK(logits, k ?? options.k)
      .map((index) => at(index, probabilities[index] ?? 0))
      .filter(isOfUse);
}
