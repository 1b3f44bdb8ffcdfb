import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemoryAction } from '../contract/hardCase.ts';
import { MemoryBank, type ApplyOptions, type ApplyReport, type Refusal } from './memoryBank.ts';

const provenance = { spanIndex: 0, date: null, skill: 'insert' };

/** One dimension: every text gets the same vector. */
const embedder = { embed: async (texts: readonly string[]) => texts.map(() => Float32Array.of(1)) };

function bankOf(...texts: string[]): MemoryBank {
  const bank = new MemoryBank(1);
  for (const text of texts) bank.insert(text, Float32Array.of(1), provenance);
  return bank;
}

const texts = (bank: MemoryBank): string[] => bank.list().map(({ text }) => text);
const insert = (text: string): MemoryAction => ({ type: 'insert', text, skill: 'insert' });
const update = (memory: string, text: string): MemoryAction => ({
  type: 'update',
  memory,
  text,
  skill: 'update',
});
const remove = (memory: string): MemoryAction => ({ type: 'delete', memory, skill: 'delete' });

function apply(
  bank: MemoryBank,
  actions: MemoryAction[],
  over: Partial<ApplyOptions> = {},
): Promise<ApplyReport> {
  return bank.applyActions(actions, {
    embedder,
    allowedTypes: new Set(['insert', 'update', 'delete'] as const),
    retrievedIds: bank.list().map(({ id }) => id),
    provenance: { spanIndex: 3, date: '8 May, 2023', bankHash: 'h' },
    ...over,
  });
}

const reasons = ({ refused }: ApplyReport): Refusal[] => refused.map(({ reason }) => reason);

describe('MemoryBank.applyActions', () => {
  test('updates run first, then deletes, then inserts; the report keeps the order given', async () => {
    const bank = bankOf('a', 'b');
    const actions = [insert('c'), remove('m2'), update('m1', 'A2'), update('m2', 'B2')];
    expect(await apply(bank, actions)).toEqual({ applied: actions, refused: [] });
    expect(texts(bank)).toEqual(['A2', 'c']);
    expect(bank.get('m3')).toEqual({
      id: 'm3',
      text: 'c',
      spanIndex: 3,
      date: '8 May, 2023',
      skill: 'insert',
      bankHash: 'h',
      createdStep: 0,
      updatedStep: 0,
      history: [],
    });
  });

  test('15.2#40 a memory is attributed to the one skill its action names', async () => {
    const bank = bankOf('a');
    await apply(bank, [{ ...insert('x'), skill: 'capture_x' }, update('m1', 'a2')]);
    expect(bank.list().map(({ skill }) => skill)).toEqual(['update', 'capture_x']);
    expect(bank.get('m1')!.history).toEqual([{ text: 'a', ...provenance }]);
  });

  test('7.4 two updates of one memory are both applied: the last wins, both old texts are history', async () => {
    const bank = bankOf('a');
    await apply(bank, [update('m1', 'b'), update('m1', 'c')]);
    expect(bank.get('m1')).toMatchObject({ text: 'c', history: [{ text: 'a' }, { text: 'b' }] });
  });

  test('15.1#7 two deletes of one memory delete one memory', async () => {
    const bank = bankOf('a', 'b', 'c', 'd');
    const report = await apply(bank, [remove('m2'), remove('m2')]);
    expect(texts(bank)).toEqual(['a', 'c', 'd']);
    expect(report.applied).toHaveLength(1);
    expect(reasons(report)).toEqual(['duplicate']);
  });

  test('15.1#8 an insert-only selection can neither delete nor update', async () => {
    const bank = bankOf('a');
    const allowedTypes = new Set(['insert', 'noop'] as const);
    const report = await apply(bank, [remove('m1'), update('m1', 'b'), insert('c')], { allowedTypes });
    expect(texts(bank)).toEqual(['a', 'c']);
    expect(reasons(report)).toEqual(['type_not_allowed', 'type_not_allowed']);
    expect(report.applied).toEqual([insert('c')]);
  });

  test('unknown ids and ids that were not shown are refused', async () => {
    const bank = bankOf('a', 'b');
    const report = await apply(bank, [update('m7', 'x'), remove('m2'), remove('m9')], {
      retrievedIds: ['m1'],
    });
    expect(reasons(report)).toEqual(['unknown_memory', 'not_retrieved', 'unknown_memory']);
    expect(texts(bank)).toEqual(['a', 'b']);
  });

  test('recalled text is never stored as new, not even when its memory is deleted or replaced beside it', async () => {
    const bank = bankOf('Anna has a cat', 'b');
    const report = await apply(bank, [
      remove('m1'),
      insert('anna has  a cat'),
      update('m2', 'c'),
      insert('B'),
    ]);
    expect(reasons(report)).toEqual(['recalled_text', 'recalled_text']);
    expect(texts(bank)).toEqual(['c']);
  });

  test('one text inserted twice in a batch, or known from before, is stored once', async () => {
    const bank = bankOf('a');
    const report = await apply(bank, [insert('x'), insert(' X'), insert('a')], { retrievedIds: [] });
    expect(reasons(report)).toEqual(['duplicate', 'duplicate']);
    expect(texts(bank)).toEqual(['a', 'x']);
  });

  test('15.1#3 blank text is refused', async () => {
    const bank = bankOf('a');
    expect(reasons(await apply(bank, [insert('  '), update('m1', '\n')]))).toEqual([
      'blank_text',
      'blank_text',
    ]);
    expect(texts(bank)).toEqual(['a']);
  });

  test('texts of a span are embedded in one batch, without those of refused actions', async () => {
    const batches: (readonly string[])[] = [];
    const counting = {
      embed: (batch: readonly string[]) => {
        batches.push(batch);
        return embedder.embed(batch);
      },
    };
    const bank = bankOf('a');
    const actions = [insert('x'), remove('m1'), update('m9', 'never'), update('m1', 'y'), insert(' ')];
    await apply(bank, actions, { embedder: counting });
    await apply(bank, [remove('m1')], { embedder: counting });
    expect(batches).toEqual([['x', 'y']]);
  });

  test('a failing embedder changes nothing', async () => {
    const bank = bankOf('a', 'b');
    const failing = { embed: () => Promise.reject(new Error('no model')) };
    await expect(apply(bank, [remove('m2'), insert('x')], { embedder: failing })).rejects.toThrow('no model');
    expect(texts(bank)).toEqual(['a', 'b']);
  });
});

test('whatever the actions, the report accounts for every one and memories not shown stay', async () => {
  const id = fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm9');
  const text = fc.constantFrom('a', 'b', 'B ', 'x', 'y', ' ');
  const action: fc.Arbitrary<MemoryAction> = fc.oneof(
    text.map(insert),
    fc.tuple(id, text).map(([memory, t]) => update(memory, t)),
    id.map(remove),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(action, { maxLength: 12 }),
      fc.subarray(['m1', 'm2', 'm3']),
      async (actions, shown) => {
        const bank = bankOf('a', 'b', 'c');
        const { applied, refused } = await apply(bank, actions, { retrievedIds: shown });
        expect(applied.length + refused.length).toBe(actions.length);
        const inserted = applied.filter(({ type }) => type === 'insert').length;
        const inBank = bank.list();
        expect(inBank.filter(({ id: memory }) => !['m1', 'm2', 'm3'].includes(memory))).toHaveLength(
          inserted,
        );
        for (const kept of ['m1', 'm2', 'm3'].filter((memory) => !shown.includes(memory)))
          expect(bank.get(kept)).toMatchObject(provenance);
        const deleted = applied.flatMap((one) => (one.type === 'delete' ? [one.memory] : []));
        expect(inBank.filter(({ id: memory }) => deleted.includes(memory))).toEqual([]);
      },
    ),
    { seed: 1, numRuns: 300 },
  );
});
