import type { RunConfig } from '../config/schema.ts';
import type { BankController } from '../contract/bankExchange.ts';
import type { Skill } from '../contract/skill.ts';
import { checkParameters, describeWeights, sizeOf, type NamedArrays } from '../controller/weights.ts';
import { sha256Hex } from '../shared/contentHash.ts';
import { AppError } from '../shared/errors.ts';
import { candidates, skillHash } from '../skills/skillBank.ts';

/** A trained controller as a part of a bank file, and back. Law: one that does not fit what it is used with is refused. */

const FLOAT_BYTES = 4;

/** What of a configuration a controller was trained under, and is used under. */
export type ControllerOptions = Pick<
  RunConfig,
  'scorer' | 'k' | 'hiddenDim' | 'skillText' | 'stateFusion' | 'stateFusionTau'
>;

const OPTION_KEYS = ['scorer', 'k', 'hiddenDim', 'skillText', 'stateFusion', 'stateFusionTau'] as const;

export function controllerOptions(part: BankController): ControllerOptions {
  const { scorer, k, hiddenDim, skillText, stateFusion, stateFusionTau } = part;
  return { scorer, k, hiddenDim, skillText, stateFusion, stateFusionTau };
}

function toBase64(data: Float32Array): string {
  const bytes = Buffer.alloc(data.length * FLOAT_BYTES);
  data.forEach((value, index) => bytes.writeFloatLE(value, index * FLOAT_BYTES));
  return bytes.toString('base64');
}

export function encodeController(
  weights: NamedArrays,
  known: {
    readonly options: ControllerOptions;
    readonly embedder: BankController['embedder'];
    readonly skills: readonly Skill[];
  },
): BankController {
  const { scorer, k, hiddenDim, skillText, stateFusion, stateFusionTau } = known.options;
  return {
    scorer,
    k,
    hiddenDim,
    skillText,
    stateFusion,
    stateFusionTau,
    embedder: known.embedder,
    skills: skillMapOf(known.skills),
    tensors: Object.keys(weights)
      .sort()
      .map((name) => ({
        name,
        shape: [...(weights[name]?.shape ?? [])],
        data: toBase64(weights[name]?.data ?? new Float32Array()),
      })),
  };
}

function damaged(source: string, problem: string): AppError {
  return new AppError(
    'CORRUPT_DATA',
    `The file ${source}, at controller, ${problem}: export it again, or without the controller.`,
    { details: { file: source, keyPath: 'controller' } },
  );
}

function toFloats(tensor: BankController['tensors'][number], source: string): Float32Array {
  const bytes = Buffer.from(tensor.data, 'base64');
  const length = sizeOf(tensor.shape);
  if (bytes.length !== length * FLOAT_BYTES)
    throw damaged(source, `has ${bytes.length} bytes in ${tensor.name}, not ${length * FLOAT_BYTES}`);
  const data = Float32Array.from({ length }, (_, index) => bytes.readFloatLE(index * FLOAT_BYTES));
  if (data.every(Number.isFinite)) return data;
  throw damaged(source, `has a weight in ${tensor.name} that is no number`);
}

/** The weights of a part. @throws AppError CORRUPT_DATA naming `source` for tensors that are not those of its network. */
export function decodeController(part: BankController, source: string): NamedArrays {
  const names = new Set(part.tensors.map(({ name }) => name));
  if (names.size < part.tensors.length) throw damaged(source, 'has a tensor twice');
  const weights = Object.fromEntries(
    part.tensors.map((tensor) => [tensor.name, { shape: tensor.shape, data: toFloats(tensor, source) }]),
  );
  const { dims, scorer } = describeWeights(weights, source);
  checkParameters(weights, { dims, scorer, source });
  const { dimension } = part.embedder;
  const isConsistent =
    scorer === part.scorer &&
    dims.hidden === part.hiddenDim &&
    dims.skill === dimension &&
    dims.state === 2 * dimension;
  if (!isConsistent) throw damaged(source, 'says another scorer, dimension or width than its tensors have');
  return weights;
}

/** The same for the same skills in any order. */
export function skillMapHash(skills: BankController['skills']): string {
  return sha256Hex(
    JSON.stringify(skills.map(({ name, contentHash }) => `${name} ${contentHash}`).toSorted()),
  );
}

/** What a controller of a bank with these skills would be of. */
export function skillMapOf(skills: readonly Skill[]): BankController['skills'] {
  return candidates(skills).map((skill) => ({ name: skill.name, contentHash: skillHash(skill) }));
}

/** @throws AppError CORRUPT_DATA when the controller was trained on other skills than those of its file. */
export function checkSkillMap(part: BankController, skills: readonly Skill[], source: string): void {
  const expected = candidates(skills).map((skill) => `${skill.name} ${skillHash(skill)}`);
  const found = part.skills.map(({ name, contentHash }) => `${name} ${contentHash}`);
  if (expected.join('\n') !== found.join('\n'))
    throw damaged(source, 'was trained on other skills than those of the file');
}

/** @throws AppError CONFLICT naming the first option under which the controller was not trained. */
export function refuseOtherOptions(part: BankController, config: ControllerOptions): void {
  const own = controllerOptions(part);
  const key = OPTION_KEYS.find((one) => own[one] !== config[one]);
  if (key === undefined) return;
  throw new AppError(
    'CONFLICT',
    `The controller of the file was trained with ${key} ${String(own[key])}, not ${String(config[key])}: leave that option out, or select by similarity.`,
    { details: { keys: [key] } },
  );
}

/** @throws AppError CONFLICT: vectors of another embedder mean nothing to it. */
export function refuseOtherEmbedder(
  part: BankController,
  { embedderId, embedderDimension }: { readonly embedderId: string; readonly embedderDimension: number },
): void {
  const { id, dimension } = part.embedder;
  if (id === embedderId && dimension === embedderDimension) return;
  throw new AppError(
    'CONFLICT',
    `The controller of the file was trained on vectors of ${id} (${dimension} dimensions), and this engine embeds with ${embedderId} (${embedderDimension}): open that embedder, or select by similarity.`,
    { details: { keys: ['embedderModel'] } },
  );
}
