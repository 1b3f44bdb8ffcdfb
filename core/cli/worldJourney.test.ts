import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readGameFolder } from '../datasets/gameFolder.ts';
import { here, makeFolder } from './testProcess.ts';

const played = z.strictObject({
  game: z.string(),
  objective: z.string(),
  first: z.string(),
  isWon: z.boolean(),
  steps: z.array(z.strictObject({ command: z.string(), observation: z.string() })),
});

test('a folder of games is generated, read again and solved as its walkthroughs say', async () => {
  const folder = join(makeFolder(), 'games');
  const generated = await here.document(
    z.strictObject({ folder: z.string(), games: z.array(z.string()) }),
    ...['world', 'generate', folder, '--count', '7', '--seed', '40', '--difficulty', 'easy'],
  );
  const { games, skipped, hash } = readGameFolder(folder);
  expect(games.map(({ id }) => id)).toEqual([...generated.games].sort());
  expect(new Set(games.map(({ taskType }) => taskType)).size).toBe(6);
  expect(skipped).toEqual({ movable: 0, sliced: 0, unsolvable: 0, otherTask: 0 });

  const [name = ''] = generated.games;
  const { isWon, steps } = await here.document(played, 'world', 'solve', join(folder, name));
  const file = join(folder, name, 'game.tw-pddl');
  const text = readFileSync(file, 'utf8');
  expect(isWon).toBe(true);
  expect((JSON.parse(text) as { walkthrough: string[] }).walkthrough).toEqual(
    steps.map((step) => step.command),
  );

  // What the collection of the reference leaves out.
  for (const other of ['movable-1', 'Sliced-1'])
    cpSync(join(folder, name), join(folder, other), { recursive: true });
  writeFileSync(file, text.replace('"solvable": true', '"solvable": false'));
  const again = readGameFolder(folder);
  expect(again.skipped).toEqual({ movable: 1, sliced: 1, unsolvable: 1, otherTask: 0 });
  expect(again.games).toHaveLength(6);
  expect(again.hash).not.toBe(hash);

  writeFileSync(file, text.replace('(:requirements :strips', '(:requirements :fluents :strips'));
  expect(await here.refusal(1, 'world', 'solve', file)).toContain(
    'line 2 requires :fluents, which is not supported',
  );
});

test('a generated game is solved by its seed', async () => {
  const game = ['world', 'solve', '--task', 'pick_two_obj_and_place', '--seed', '3', '--difficulty', 'easy'];
  const first = await here.document(played, ...game);
  expect(first.isWon).toBe(true);
  expect(await here.document(played, ...game)).toEqual(first);
});

test('wrong use is said', async () => {
  expect(await here.refusal(2, 'world', 'fly')).toBe('world takes play, solve or generate, not "fly".');
  expect(await here.refusal(2, 'world', 'generate')).toContain('Name the folder');
  expect(await here.refusal(2, 'world', 'solve', '--task', 'sing')).toContain(
    '--task is pick_and_place_simple',
  );
  expect(await here.refusal(1, 'world', 'solve', '/nowhere/game')).toContain(
    'There is no data file /nowhere/game',
  );
});
