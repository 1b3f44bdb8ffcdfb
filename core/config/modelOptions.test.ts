import { expect, test } from 'vitest';
import { withAssignedModels } from './modelOptions.ts';
import { parseRunConfig } from './options.ts';

const ASSIGNED = { executor: 'e', answerer: 'a', judge: 'j', designer: 'd', embedder: 'v' };

test('a run on the built-in engine takes no assigned model', () => {
  const config = parseRunConfig({});
  expect(withAssignedModels(config, ASSIGNED)).toBe(config);
});

test('what is left open is filled, what is given stays, and the result is frozen', () => {
  const config = withAssignedModels(parseRunConfig({ engine: 'llm', judgeModel: 'mine' }), ASSIGNED);
  expect(config).toMatchObject({
    executorModel: 'e',
    answererModel: 'a',
    judgeModel: 'mine',
    designerModel: null,
    embedderModel: 'v',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('a designer alone takes its model or that of the executor, and no embedder', () => {
  const asked = parseRunConfig({ designer: 'llm' });
  expect(withAssignedModels(asked, ASSIGNED)).toMatchObject({
    designerModel: 'd',
    answererModel: null,
    embedderModel: null,
  });
  expect(withAssignedModels(asked, { executor: 'e' })).toMatchObject({
    executorModel: 'e',
    designerModel: null,
  });
});

test.each([
  [{ engine: 'llm' }, 'executorModel', '--executor-model'],
  [{ designer: 'llm' }, 'designerModel', '--designer-model'],
])('%j without any model is refused, naming %s and the remedy', (values, key, flag) => {
  expect(() => withAssignedModels(parseRunConfig(values), { embedder: 'v' })).toThrow(
    expect.objectContaining({
      code: 'INVALID_INPUT',
      details: { keys: [key], reason: 'no-model' },
      message: expect.stringMatching(new RegExp(`memskill models.*${flag}`, 'u')) as string,
    }),
  );
});
