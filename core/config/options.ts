import { z } from 'zod';
import { AppError } from '../shared/errors.ts';
import { required } from '../shared/assertions.ts';
import { presets } from './presets.ts';
import { runConfigSchema, type OptionName, type RunConfig } from './schema.ts';

/** One option as flags, forms and documentation need it; derived from the schema, never written by hand. */
export interface RunOption {
  readonly name: OptionName;
  /** Kebab-case without the leading dashes; a boolean also takes `--no-<flag>`. */
  readonly flag: string;
  readonly kind: 'text' | 'number' | 'boolean' | 'choice';
  readonly choices: readonly string[];
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly isInteger: boolean;
  readonly default: string | number | boolean | null;
  readonly unit: string | null;
  readonly group: string;
  readonly description: string;
}

const jsonOptionSchema = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  anyOf: z.array(z.object({ type: z.string().optional() })).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  default: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  description: z.string(),
  unit: z.string().optional(),
  group: z.string(),
});

const jsonSchema = z
  .object({ properties: z.record(z.string(), jsonOptionSchema) })
  .parse(z.toJSONSchema(runConfigSchema, { io: 'input' }));

function flagOf(name: string): string {
  return name
    .replace(/^is(?=[A-Z])/u, '')
    .replace(/[A-Z]/gu, (letter, offset: number) => `${offset === 0 ? '' : '-'}${letter.toLowerCase()}`);
}

function toOption(name: OptionName): RunOption {
  const json = required(jsonSchema.properties[name], `option ${name}`);
  const kind =
    json.enum !== undefined
      ? 'choice'
      : json.type === 'boolean'
        ? 'boolean'
        : json.type === 'integer' || json.type === 'number'
          ? 'number'
          : 'text';
  return {
    name,
    flag: flagOf(name),
    kind,
    choices: json.enum ?? [],
    minimum: json.minimum ?? json.exclusiveMinimum ?? null,
    maximum: json.maximum ?? null,
    isInteger: json.type === 'integer',
    default: json.default,
    unit: json.unit ?? null,
    group: json.group,
    description: json.description,
  };
}

/** Every option in the order of the schema. */
export const RUN_OPTIONS: readonly RunOption[] = runConfigSchema.keyof().options.map(toOption);

const optionByFlag = new Map(RUN_OPTIONS.map((option) => [option.flag, option]));

/** The option behind a flag (without dashes), or undefined. */
export function optionOfFlag(flag: string): RunOption | undefined {
  return optionByFlag.get(flag);
}

function explain(issue: z.core.$ZodIssue): string {
  const name = issue.path.map(String).join('.');
  const option = RUN_OPTIONS.find((candidate) => candidate.name === name);
  if (issue.code === 'unrecognized_keys') return `there is no option ${issue.keys.join(', ')}`;
  const flag = option === undefined ? '' : ` (--${option.flag})`;
  return `${name}${flag}: ${issue.message}`;
}

function checkCombination(config: RunConfig): void {
  if (config.dataset !== 'sample' && config.data === null) {
    throw new AppError(
      'INVALID_INPUT',
      `The data set ${config.dataset} needs its file: name it with --data FILE.`,
      {
        details: { key: 'data' },
      },
    );
  }
  if (config.sessionMode === 'fixed-length' && config.chunkOverlap >= config.chunkSize) {
    throw new AppError(
      'INVALID_INPUT',
      `chunkOverlap (--chunk-overlap) is ${config.chunkOverlap} but must be smaller than chunkSize (--chunk-size), ${config.chunkSize}.`,
      { details: { key: 'chunkOverlap' } },
    );
  }
}

/**
 * Merges the data set's preset with the given values, checks everything once and freezes the result.
 *
 * @throws AppError INVALID_INPUT naming the option and its flag.
 */
export function parseRunConfig(values: Readonly<Record<string, unknown>>): RunConfig {
  const dataset = runConfigSchema.shape.dataset.safeParse(values.dataset);
  const preset = dataset.success ? presets[dataset.data] : {};
  const parsed = runConfigSchema.safeParse({ ...preset, ...values });
  if (!parsed.success) {
    throw new AppError('INVALID_INPUT', `Wrong setting: ${parsed.error.issues.map(explain).join('; ')}.`, {
      cause: parsed.error,
      details: { keys: parsed.error.issues.map((issue) => issue.path.join('.')) },
    });
  }
  checkCombination(parsed.data);
  return Object.freeze(parsed.data);
}
