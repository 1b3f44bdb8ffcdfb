import { checkOptionValues } from '../../config/options.ts';
import { EXPERIMENT_DEFAULTS, type ExperimentArm, type ExperimentInput } from '../../contract/experiment.ts';
import { BASELINE_WORDS, BASELINES } from '../../contract/evaluation.ts';
import { optionWords } from '../../contract/optionWords.ts';
import { AppError } from '../../shared/errors.ts';
import { transferArms } from './transferMatrix.ts';

/** What an experiment's arms are. The first arm is the one that the others are compared with. */

type Config = Readonly<Record<string, unknown>>;

/** Unless an arm says who reviews it, it decides for itself: nobody is there to be asked. */
const UNATTENDED: Config = { review: 'auto' };

const OWN: ExperimentArm['evaluation'] = { config: {}, controller: 'own', baseline: null };
/** Not in a matrix, and compared with the first arm. */
const PLAIN = { label: null, tested: null, place: null, base: null, reviewer: 'none' } as const;

function trained(
  name: string,
  training: Config,
  evaluation: Partial<ExperimentArm['evaluation']> = {},
): ExperimentArm {
  return { ...PLAIN, name, training: { ...training }, evaluation: { ...OWN, ...evaluation } };
}

const ABLATION: readonly ExperimentArm[] = [
  trained('full', {}),
  trained('random selection', { selection: 'random' }),
  trained('similarity selection', { selection: 'similarity' }),
  trained('static skills', { designer: 'none' }),
  trained('refine only', { isRefineOnly: true }),
  trained('no rollback', { rollsBack: false }),
];

/** How the reward reaches the controller; the answers are scored as ever. */
const NOISE: readonly ExperimentArm[] = [
  trained('as it is', {}),
  trained('sparse: a tenth of the questions', { questionSampling: 0.1 }),
  trained('delayed: all of it at the last span', { finalRewardLastRatio: 1, shapingScale: 0 }),
  trained('noisy: normal, 0.1', { rewardNoise: 0.1 }),
  trained('noisy: normal, 0.3', { rewardNoise: 0.3 }),
];

const GROWTH_FACTOR = 10;
const PRUNED_SKILLS = 10;

function growth(config: Config): ExperimentArm[] {
  const stages = config['outerEpochs'] ?? EXPERIMENT_DEFAULTS.outerEpochs;
  const longer = { outerEpochs: GROWTH_FACTOR * Number(stages), patience: 1000, maxEvolutions: 1000 };
  return [
    // A full bank proposes what to retire; nobody is asked, so that it is retired.
    trained('with pruning', { ...longer, maxSkills: PRUNED_SKILLS }),
    trained('without pruning', { ...longer, maxSkills: 1000 }),
  ];
}

function sweep({
  option,
  values,
  phase,
}: Extract<ExperimentInput['recipe'], { name: 'sweep' }>): ExperimentArm[] {
  for (const value of values) checkOptionValues({ [option]: value });
  return values.map((value) => {
    const setting = { [option]: value };
    const name = `${option} ${String(value)}`;
    const arm = phase === 'training' ? trained(name, setting) : trained(name, {}, { config: setting });
    return { ...arm, label: `${optionWords(option)} ${String(value)}` };
  });
}

function baselines(): ExperimentArm[] {
  return [
    trained('memory skills', {}),
    ...BASELINES.map((baseline): ExperimentArm => ({
      ...PLAIN,
      name: baseline,
      label: BASELINE_WORDS[baseline],
      training: null,
      evaluation: { ...OWN, baseline },
    })),
  ];
}

/** Every proposal waits, and whoever stands in for a person decides. */
function simulated(name: string, training: Config): ExperimentArm {
  return { ...trained(name, { ...training, review: 'manual' }), reviewer: 'simulated' };
}

/** Up to their first proposals both train alike, and are shown the same clusters. */
const DESIGNERS: readonly ExperimentArm[] = [
  simulated('built-in designer, simulated reviewer', { designer: 'builtin' }),
  simulated('narrowed to dates, simulated reviewer', { designer: 'narrowed' }),
];

function review({ runs }: Extract<ExperimentInput['recipe'], { name: 'review' }>): readonly ExperimentArm[] {
  const reviewed: ExperimentArm =
    runs.length === 0
      ? simulated('simulated reviewer, no person', {})
      : { ...PLAIN, name: "a person's decisions", training: null, evaluation: OWN, reviewer: 'person' };
  return [trained('auto: everything valid', {}), reviewed];
}

function armsOf(input: ExperimentInput): readonly ExperimentArm[] {
  const { recipe } = input;
  switch (recipe.name) {
    case 'ablation':
      return ABLATION;
    case 'noise':
      return NOISE;
    case 'growth':
      return growth(input.config);
    case 'baselines':
      return baselines();
    case 'designers':
      return DESIGNERS;
    case 'review':
      return review(recipe);
    case 'sweep':
      return sweep(recipe);
    case 'transfer':
      return transferArms(input, recipe);
  }
}

/** @throws AppError INVALID_INPUT for an option that is none, or two arms of one name. */
export function experimentArms(input: ExperimentInput): ExperimentArm[] {
  const arms = armsOf(input).map((arm) => structuredClone(arm));
  const names = new Set(arms.map(({ name }) => name));
  if (names.size === arms.length) return arms;
  throw new AppError(
    'INVALID_INPUT',
    'Two arms of the experiment are the same; name each value and target once.',
  );
}

/** The options of an arm's training with a seed; null where it trains nothing. */
export function trainingConfig(
  input: ExperimentInput,
  arm: ExperimentArm,
  seed: number,
): Record<string, unknown> | null {
  if (arm.training === null) return null;
  return { ...EXPERIMENT_DEFAULTS, ...input.config, ...UNATTENDED, ...arm.training, seed };
}
