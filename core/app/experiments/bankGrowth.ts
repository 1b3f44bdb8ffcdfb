import { performance } from 'node:perf_hooks';
import type { BankGrowth, Experiment, ExperimentCell } from '../../contract/experiment.ts';
import { Policy } from '../../controller/policy.ts';
import { decodeSafetensors } from '../../controller/safetensorsFile.ts';
import type { NamedArrays } from '../../controller/weights.ts';
import { createBuiltinEmbedder } from '../../engines/builtin/embedder.ts';
import { bankHealth } from '../../evolution/health.ts';
import { mean } from '../../shared/arithmetic.ts';
import { required } from '../../shared/assertions.ts';
import { skillText } from '../../skills/skillText.ts';
import type { Workspace } from '../../store/workspace.ts';

type Stored = Pick<Workspace, 'runs' | 'bankVersions' | 'metrics' | 'evaluations' | 'checkpoints'>;

const TIMED_SELECTIONS = 15;

/** Median time of scoring a bank for one state. */
function selectionMs(weights: NamedArrays | null, vectors: readonly Float32Array[]): number | null {
  const [first] = vectors;
  if (weights === null || first === undefined) return null;
  const policy = Policy.create(weights);
  policy.setSkills(vectors);
  const state = new Float32Array(2 * first.length).fill(0.01);
  const times = Array.from({ length: TIMED_SELECTIONS }, () => {
    const startMs = performance.now();
    policy.evaluate(state);
    return performance.now() - startMs;
  });
  return required(times.sort((a, b) => a - b)[Math.floor(TIMED_SELECTIONS / 2)], 'median time');
}

function weightsOf(
  { evaluations, checkpoints }: Stored,
  { evaluationId }: ExperimentCell,
): NamedArrays | null {
  const weights = evaluationId === null ? null : (evaluations.get(evaluationId)?.controller?.weights ?? null);
  return weights === null ? null : decodeSafetensors(checkpoints.read(weights), weights.name).tensors;
}

/** The banks of an experiment's runs at the end of each stage. Overlap is that of texts in the built-in embedder. */
export async function bankGrowth(workspace: Stored, { cells }: Experiment): Promise<BankGrowth[]> {
  const embedder = createBuiltinEmbedder();
  const growth: BankGrowth[] = [];
  for (const cell of cells) {
    const run = cell.runId === null ? null : workspace.runs.get(cell.runId);
    if (run === null) continue;
    const metrics = workspace.metrics.list(run.id);
    const weights = run.config['embedderModel'] === null ? weightsOf(workspace, cell) : null;
    for (const { stage, bankVersion, reward } of run.stages) {
      const { skills } = workspace.bankVersions.require(bankVersion);
      const vectors = await embedder.embed(skills.map((skill) => skillText(skill, 'full')));
      const health = bankHealth({ skills, statistics: {}, vectors });
      const rows = metrics.filter((row) => row.stage === stage);
      const used = skills.filter(({ name }) => rows.some(({ values }) => (values[`skill/${name}`] ?? 0) > 0));
      growth.push({
        arm: cell.arm,
        seed: cell.seed,
        stage,
        skills: skills.length,
        overlap: mean(health.flatMap(({ nearest }) => (nearest === null ? [] : [nearest.similarity]))),
        usedShare: used.length / Math.max(1, skills.length),
        selectionMs: selectionMs(weights, vectors),
        reward,
      });
    }
  }
  return growth;
}
