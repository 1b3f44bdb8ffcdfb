import { expect, test } from 'vitest';
import { COMMANDS } from './commands.ts';

test('ids and accelerators are unique, and no key sequence begins another', () => {
  const ids = COMMANDS.map((command) => command.id);
  expect(new Set(ids).size).toBe(ids.length);
  const accelerators = COMMANDS.map((command) => command.accelerator).filter((one) => one !== null);
  expect(new Set(accelerators).size).toBe(accelerators.length);
  const sequences = COMMANDS.map((command) => command.keys.join(' '));
  for (const [index, sequence] of sequences.entries()) {
    const others = sequences.filter((_other, at) => at !== index);
    expect(others.some((other) => other === sequence || other.startsWith(`${sequence} `))).toBe(false);
  }
});
