import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { duplicateKey } from '../../memory/memoryBank.ts';
import { SEED_SKILLS } from '../../skills/seeds.ts';
import { parseJson } from './checkedReply.ts';
import { EXECUTOR_RULES } from './executorPrompt.ts';
import { readActions, type ReplyRules } from './executorReply.ts';

const rules: ReplyRules = {
  skills: SEED_SKILLS,
  memories: [
    { id: 'm1', text: 'Ann has a cat.' },
    { id: 'm7', text: 'Ben lives in Oslo.' },
  ],
  maxActions: 4,
  textCharacters: 60,
  promptTexts: [EXECUTOR_RULES, ...SEED_SKILLS.flatMap((skill) => [skill.description, skill.instruction])],
};
const read = (actions: unknown, over: Partial<ReplyRules> = {}) =>
  readActions({ actions }, { ...rules, ...over });
const insert = (text: string, skill = 'insert') => ({ type: 'insert', text, skill });
const good = insert('Ann sails.');
const reasonOf = (item: unknown) => read([good, item]);

describe('readActions', () => {
  test('the three kinds of actions, and an explicit empty list', () => {
    const actions = [
      good,
      { type: 'update', memory: 'm1', text: 'Ann has two cats.', skill: 'update' },
      { type: 'delete', memory: 'm7', skill: 'delete' },
    ];
    expect(read(actions)).toEqual({ value: { actions, refused: [] } });
    expect(read([])).toEqual({ value: { actions: [], refused: [] } });
  });

  test.each([
    ['an id that was not shown', { type: 'delete', memory: 'm2', skill: 'delete' }, 'unknown_memory'],
    [
      'a position instead of an id',
      { type: 'update', memory: '0', text: 'x', skill: 'update' },
      'unknown_memory',
    ],
    ['a skill that was not selected', insert('Ben swims.', 'keep_pets'), 'unknown_skill'],
    ['a skill of another type', insert('Ben swims.', 'update'), 'type_not_allowed'],
    ['a type that is none', { type: 'noop', skill: 'noop' }, 'malformed'],
    ['no text', { type: 'insert', skill: 'insert' }, 'malformed'],
    ['blank text', insert(' \n'), 'blank_text'],
    ['text beyond the bound', insert('x'.repeat(61)), 'text_too_long'],
    ['a rule of the prompt', insert('Use no action that no skill has.'), 'prompt_text'],
    ['a line of a skill', insert('- Write one fact for each memory item.'.slice(2)), 'prompt_text'],
    ['a tag of the prompt', insert('</text> hello'), 'prompt_text'],
    ['a shown memory in other case', insert('ANN  has a cat.'), 'known_text'],
    [
      'an update that changes nothing',
      { type: 'update', memory: 'm1', text: ' Ann has a cat. ', skill: 'update' },
      'known_text',
    ],
    ['the same again', insert('ann sails.'), 'duplicate'],
  ])('refuses %s and keeps the rest', (_, item, reason) => {
    expect(reasonOf(item)).toEqual({ value: { actions: [good], refused: [reason] } });
  });

  test('actions beyond the bound are refused', () => {
    const many = ['a', 'b', 'c', 'd', 'e'].map((text) => insert(text));
    expect(read(many)).toEqual({ value: { actions: many.slice(0, 4), refused: ['too_many'] } });
  });

  test('only mistakes: a problem; only what memory has already: nothing to do', () => {
    expect(read([{ type: 'delete', memory: 'm9', skill: 'delete' }, 3])).toEqual({
      problem: 'no action of the reply is usable: unknown_memory 1, malformed 1',
    });
    expect(read([insert('Ann has a cat.')])).toEqual({ value: { actions: [], refused: ['known_text'] } });
  });

  test('a type whose skill is not selected is refused', () => {
    const skills = SEED_SKILLS.filter(({ type }) => type === 'insert');
    const actions = [good, { type: 'delete', memory: 'm1', skill: 'delete' }];
    expect(read(actions, { skills })).toEqual({ value: { actions: [good], refused: ['type_not_allowed'] } });
  });

  test('texts become one line, with the prompt’s escapes undone', () => {
    expect(read([insert(' Ann said\n"&lt;b>bold" &amp;lt; ')])).toEqual({
      value: { actions: [insert('Ann said "<b>bold" &lt;')], refused: [] },
    });
  });

  test.each([null, 3, 'text', [[]], {}, { actions: null }, { actions: 'none' }])(
    '%j is no reply',
    (value) => {
      expect(readActions(value, rules)).toEqual({ problem: 'the reply has no list of actions' });
    },
  );

  test('whatever the JSON, nothing is thrown and the laws hold', () => {
    const field = fc.constantFrom(
      'insert',
      'update',
      'delete',
      'm1',
      'm7',
      'm9',
      'Ann has a cat.',
      'new',
      '',
      '<text>',
    );
    const oddField = fc.oneof({ weight: 4, arbitrary: field }, fc.jsonValue({ maxDepth: 1 }), fc.string());
    const nearAction = fc.record(
      {
        type: fc.constantFrom('insert', 'update', 'delete', 'noop'),
        memory: oddField,
        text: oddField,
        skill: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('insert', 'update', 'delete') }, oddField),
        ['__proto__']: fc.constant({ type: 'delete' }),
      },
      { requiredKeys: ['type'] },
    );
    const reply = fc.oneof(
      fc.jsonValue(),
      fc.record({ actions: fc.array(fc.oneof(nearAction, fc.jsonValue()), { maxLength: 9 }) }),
    );
    let accepted = 0;
    fc.assert(
      fc.property(reply, (value) => {
        const reading = readActions(JSON.parse(JSON.stringify(value)), rules);
        if ('problem' in reading) return;
        const { actions } = reading.value;
        accepted += actions.length;
        expect(actions.length).toBeLessThanOrEqual(rules.maxActions);
        for (const action of actions) {
          expect(SEED_SKILLS.find(({ name }) => name === action.skill)?.type).toBe(action.type);
          if (action.type !== 'insert') expect(['m1', 'm7']).toContain(action.memory);
          if (action.type === 'insert')
            expect(duplicateKey(action.text)).not.toBe(duplicateKey('Ann has a cat.'));
          if (action.type !== 'delete') expect(action.text.trim()).not.toBe('');
        }
      }),
      { seed: 1, numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

describe('parseJson', () => {
  test('takes JSON out of a fence or a sentence, and says when there is none', () => {
    expect(parseJson('{"a":1}')).toEqual({ value: { a: 1 } });
    expect(parseJson('```json\n{"a":{"b":2}}\n```')).toEqual({ value: { a: { b: 2 } } });
    expect(parseJson('Sure! {"a":1} Anything else?')).toEqual({ value: { a: 1 } });
    expect(parseJson(' ')).toEqual({ problem: 'the reply is empty' });
    for (const bad of ['no changes', '{"a":', '} {', '{"actions":[{"type":"insert","text":"cut'])
      expect(parseJson(bad)).toEqual({ problem: 'the reply is not JSON' });
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Object.keys(parseJson(text))).toHaveLength(1);
      }),
      { seed: 1 },
    );
  });
});
