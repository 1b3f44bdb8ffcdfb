import { expect, test } from 'vitest';
import { runConfigSchema, type RunConfig } from '../config/schema.ts';
import { KEEP_PETS, toyTrace } from '../engines/fixtures/toyRoles.ts';
import { seedSkills } from '../skills/seeds.ts';
import { memoryKey, type MemoryKeyParts } from './memoryKey.ts';

const TRACE = toyTrace('a', 2);
const CONFIG: RunConfig = runConfigSchema.parse({});
const PARTS: MemoryKeyParts = {
  applicationVersion: '1.0.0',
  trace: TRACE,
  skills: seedSkills({ skipNoop: false }),
  config: CONFIG,
  controllerHash: 'c'.repeat(64),
  executor: { model: 'm'.repeat(64), promptVersion: 'p' },
  embedderId: 'toy-24',
};
const [first, ...others] = TRACE.spans;

const CHANGES: Readonly<Record<string, Partial<MemoryKeyParts>>> = {
  'the application': { applicationVersion: '1.0.1' },
  'the trace': { trace: { ...TRACE, id: 'b' } },
  'the text of a span': { trace: { ...TRACE, spans: [{ ...first!, text: `${first!.text}!` }, ...others] } },
  'the date of a span': { trace: { ...TRACE, spans: [{ ...first!, date: 'day 9' }, ...others] } },
  'the order of spans': { trace: { ...TRACE, spans: [...TRACE.spans].reverse() } },
  'a skill': { skills: [...PARTS.skills, { ...KEEP_PETS.skill, origin: 'designer', isPinned: false }] },
  'the words of a skill': {
    skills: PARTS.skills.map((skill, at) => (at === 0 ? { ...skill, instruction: 'Other.' } : skill)),
  },
  'the controller': { controllerHash: null },
  'the model of the executor': { executor: { model: 'n'.repeat(64), promptVersion: 'p' } },
  'the prompt of the executor': { executor: { model: 'm'.repeat(64), promptVersion: 'q' } },
  'the engine': { executor: null },
  'the embedder': { embedderId: 'other' },
};

test.each(Object.keys(CHANGES))('%s is part of the key', (name) => {
  expect(memoryKey({ ...PARTS, ...CHANGES[name] })).not.toBe(memoryKey(PARTS));
});

const OPTIONS: Partial<RunConfig> = {
  sessionMode: 'turn',
  chunkSize: 512,
  chunkOverlap: 64,
  engine: 'llm',
  seed: 7,
  k: 5,
  selection: 'random',
  memTopK: 10,
  maxActionsPerSpan: 8,
  stateFusion: 'sim_weighted',
  stateFusionTau: 0.5,
  skillText: 'reference',
  modelContext: 4096,
};

test.each(Object.entries(OPTIONS))('option %s is part of the key', (name, value) => {
  expect(memoryKey({ ...PARTS, config: { ...CONFIG, [name]: value } })).not.toBe(memoryKey(PARTS));
});

test('what is asked and how it is read is not: a memory serves every question', () => {
  const config: RunConfig = { ...CONFIG, memTopKEval: 5, rewardMetric: 'judge', workers: 4, outerEpochs: 1 };
  const trace = { ...TRACE, questions: [], turns: [] };
  expect(memoryKey({ ...PARTS, config, trace })).toBe(memoryKey(PARTS));
});
