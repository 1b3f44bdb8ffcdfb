import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { gameOrders, generateGame } from '../textWorld/household/generateGame.ts';
import { renderTrajectory } from '../textWorld/trajectory.ts';
import { loadAlfworld, type AlfworldOptions } from './alfworld.ts';
import { packTrajectories } from './trajectorySpans.ts';
import { countTokens } from './tokens.ts';

const OPTIONS: AlfworldOptions = {
  seed: 1,
  difficulty: 'easy',
  worlds: 50,
  pairs: 3,
  trajectories: { least: 2, most: 3 },
  games: 2,
  sameTypeShare: 1,
  chunkSize: 2048,
  query: 'objective',
};

function folderOf(splits: Readonly<Record<string, number>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'memskill-games-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [split, count] of Object.entries(splits)) {
    for (const order of gameOrders(count, { seed: split.length * 100, difficulty: 'easy' })) {
      const { file, trajectoryData } = generateGame(order);
      const path = join(folder, split, `${order.taskType}-${order.seed}`);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'game.tw-pddl'), JSON.stringify(file));
      writeFileSync(join(path, 'traj_data.json'), JSON.stringify(trajectoryData));
    }
  }
  return folder;
}

test('pairs of one task type are drawn, and validation plays other games with memories of training', async () => {
  const folder = folderOf({ train: 18, valid_seen: 3 });
  const dataset = await loadAlfworld(folder, OPTIONS);
  expect(dataset.splits).toEqual({
    train: ['pair-1', 'pair-2', 'pair-3'],
    validation: ['validation'],
    test: [],
  });
  for (const trace of dataset.traces.slice(0, 3)) {
    expect(new Set(trace.questions.map(({ category }) => category)).size).toBe(1);
    expect(trace.questions).toHaveLength(2);
    expect(trace.spans.map(({ text }) => text).join('\n')).toContain('TRAJECTORY_STATUS: SUCCESS');
  }
  const validation = dataset.traces.at(-1);
  expect(validation?.questions).toHaveLength(3);
  expect(validation?.spans.flatMap(({ turnIds }) => turnIds.filter((id) => id.endsWith(':1')))).toHaveLength(
    18,
  );
  expect(
    validation?.questions.every(({ game }) => game?.kind === 'file' && game.path.includes('valid_seen')),
  ).toBe(true);
  const again = await loadAlfworld(folder, OPTIONS);
  expect(again).toEqual(dataset);
  expect((await loadAlfworld(folder, { ...OPTIONS, seed: 2 })).fileHash).not.toBe(dataset.fileHash);
});

test('a folder without training games, and none at all, are refused', async () => {
  await expect(loadAlfworld(folderOf({ valid_seen: 1 }), OPTIONS)).rejects.toThrow(
    'holds no games to train on',
  );
  await expect(loadAlfworld(folderOf({}), OPTIONS)).rejects.toThrow('holds no game.tw-pddl');
  await expect(loadAlfworld('/nowhere', OPTIONS)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('trajectories are packed whole, and rendered as the reference does', () => {
  const steps = [{ action: 'look', observation: 'A room.' }];
  const text = renderTrajectory('You wake up.', steps, false);
  expect(text).toBe('You wake up.\n\n\nACTION: look\nOBSERVATION: A room.\n\n\nTRAJECTORY_STATUS: FAILED');
  const trajectories = ['a', 'b', 'c'].map((id) => ({ id, steps, text }));
  const tokens = countTokens(text);
  expect(packTrajectories(trajectories, 2 * tokens).map(({ turnIds }) => turnIds)).toEqual([
    ['a:1', 'b:1'],
    ['c:1'],
  ]);
  expect(packTrajectories(trajectories, 2 * tokens)[0]?.text).toBe(
    `${text}\n\n=== TRAJECTORY ===\n\n${text}`,
  );
  expect(packTrajectories(trajectories, 1)).toHaveLength(3);
});
