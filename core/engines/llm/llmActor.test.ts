import { expect, test } from 'vitest';
import { createLlmActor } from './llmActor.ts';
import { namedCommand } from './actorPrompt.ts';
import { FakeLanguageModel, json } from './fixtures/fakeLanguageModel.ts';

const ADMISSIBLE = ['go to desk 1', 'go to desk 10', 'look', 'take pen 1 from desk 1'];

test.each([
  ['go to desk 10', 'go to desk 10'],
  ['Action: GO TO DESK 1.', 'go to desk 1'],
  ['`take pen 1 from desk 1`', 'take pen 1 from desk 1'],
  ['I will go to desk 10 now', 'go to desk 10'],
  ['overlook', null],
  ['go to desk 100', null],
  ['', null],
])('15.1 #26 "%s" names %s', (text, command) => {
  expect(namedCommand(text, ADMISSIBLE)).toBe(command);
});

const INPUT = {
  objective: 'put a pen in the desk',
  firstObservation: 'A room.',
  memories: [{ id: 'm1', text: 'Pens lie in drawers.' }],
  history: [{ action: 'look', observation: 'A desk.' }],
  admissible: ADMISSIBLE,
};

test('it is shown goal, tips, history and commands, and may only name one of them', async () => {
  const model = new FakeLanguageModel([json({ action: 'look' })]);
  expect(await createLlmActor({ model, seed: 1 }).act(INPUT)).toBe('look');
  const text = model.userText();
  for (const part of ['put a pen in the desk', '1. Pens lie in drawers.', 'ACTION: look', '- go to desk 10'])
    expect(text).toContain(part);
  expect(model.requests[0]?.schema).toMatchObject({ properties: { action: { enum: ADMISSIBLE } } });
});

test('a model that names none twice loses the step, and that is told', async () => {
  const notes: string[] = [];
  const model = new FakeLanguageModel([json({ action: 'dance' }), 'nonsense']);
  const actor = createLlmActor({ model, seed: 1, onNote: ({ kind }) => notes.push(kind) });
  const action = await actor.act(INPUT);
  expect(ADMISSIBLE).not.toContain(action);
  expect(notes).toEqual(['reply-failed']);
  expect(model.requests).toHaveLength(2);
});
