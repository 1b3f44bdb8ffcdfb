import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { memskillDataFile } from '../config/environment.ts';
import { AppError } from '../shared/errors.ts';
import { loadLocomo, LOCOMO_SPLITS, type LocomoOptions } from './locomo.ts';
import { countTokens } from './tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'memskill-locomo-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function write(content: unknown): string {
  files += 1;
  const file = join(folder, `data-${files}.json`);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const fullSession: LocomoOptions = { sessionMode: 'full-session', chunkSize: 512, chunkOverlap: 64 };

const conversation = {
  sample_id: 'conv-1',
  conversation: {
    speaker_a: 'Ida',
    speaker_b: 'Ben',
    // Out of order, with a gap, an empty session, and dates without a session.
    session_10: [{ speaker: 'Ida', dia_id: 'D10:1', text: 'Bye.' }],
    session_10_date_time: '9:00 am on 2 May, 2024',
    session_2: [
      { speaker: 'Ida', dia_id: 'D2:1', text: 'I said "no".' },
      { speaker: 'Ben', dia_id: 'D2:2', text: 'Look!', blip_caption: 'a photo of a kite', img_url: ['x'] },
      { speaker: 'Ida', dia_id: 'D2:3', text: 'Nice.' },
    ],
    session_2_date_time: '7:05 pm on 3 March, 2024',
    session_3: [],
    session_4: [{ speaker: 'Ben', text: 'Undated and unnumbered.' }],
    session_4_date_time: '',
    session_11_date_time: '1:00 pm on 9 May, 2024',
    session_2_summary: 'not read',
  },
  qa: [
    { question: 'How many kites?', answer: 3, evidence: ['D2:2; D10:1'], category: 4 },
    { question: 'Trick?', adversarial_answer: 'x', evidence: ['D2:1'], category: 5 },
    {
      question: 'Is Ben kind?',
      answer: 'Likely yes; he shares; a lot',
      evidence: ['D2:1', 'D7:7'],
      category: 3,
    },
    { question: 'No category?', answer: 'right', evidence: [] },
    { question: 'Odd category?', answer: 'right', evidence: 'D4:01', category: 'two' },
    { question: 'Category as text?', answer: 'right', evidence: ['D2:3'], category: '2' },
  ],
};

function spans(
  options: Partial<LocomoOptions>,
): { text: string; turnIds: readonly string[]; session: number }[] {
  const [trace] = loadLocomo(write([conversation]), { ...fullSession, ...options }).traces;
  return trace!.spans.map(({ text, turnIds, session }) => ({ text, turnIds, session }));
}

describe('spans (reference 1.1, 1.2)', () => {
  test('full-session: one span a session in numeric order, headers only where there is a date', () => {
    expect(spans({})).toEqual([
      {
        text:
          'DATE: 7:05 pm on 3 March, 2024\nCONVERSATION:\nIda said, "I said "no"."\n' +
          'Ben said, "Look!" and shared a photo of a kite.\nIda said, "Nice."',
        turnIds: ['D2:1', 'D2:2', 'D2:3'],
        session: 2,
      },
      { text: 'Ben said, "Undated and unnumbered."', turnIds: ['D4:1'], session: 4 },
      {
        text: 'DATE: 9:00 am on 2 May, 2024\nCONVERSATION:\nIda said, "Bye."',
        turnIds: ['D10:1'],
        session: 10,
      },
    ]);
  });

  test('turn: the date line without the label', () => {
    expect(spans({ sessionMode: 'turn' }).map(({ text }) => text)).toEqual([
      'DATE: 7:05 pm on 3 March, 2024\nIda said, "I said "no"."',
      'DATE: 7:05 pm on 3 March, 2024\nBen said, "Look!" and shared a photo of a kite.',
      'DATE: 7:05 pm on 3 March, 2024\nIda said, "Nice."',
      'Ben said, "Undated and unnumbered."',
      'DATE: 9:00 am on 2 May, 2024\nIda said, "Bye."',
    ]);
  });

  test('turn-pair: pairs within a session, the last may be single', () => {
    expect(spans({ sessionMode: 'turn-pair' }).map(({ turnIds }) => turnIds)).toEqual([
      ['D2:1', 'D2:2'],
      ['D2:3'],
      ['D4:1'],
      ['D10:1'],
    ]);
  });

  test('fixed-length: every chunk has the header and the ids of the turns it touches', () => {
    const chunks = spans({ sessionMode: 'fixed-length', chunkSize: 12, chunkOverlap: 2 });
    const header = 'DATE: 7:05 pm on 3 March, 2024\nCONVERSATION:\n';
    expect(chunks.slice(0, 3).map(({ text, turnIds }) => [text, turnIds])).toEqual([
      [`${header}Ida said, "I said "no"."`, ['D2:1']],
      [`${header}Ben said, "Look!" and shared a photo of a`, ['D2:2']],
      [`${header}of a kite.\nIda said, "Nice."`, ['D2:2', 'D2:3']],
    ]);
    expect(chunks.map(({ session }) => session)).toEqual([2, 2, 2, 4, 10]);
  });

  test('span indices count through the conversation, and turns keep their session and date', () => {
    const [trace] = loadLocomo(write([conversation]), { ...fullSession, sessionMode: 'turn' }).traces;
    expect(trace!.spans.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(trace!.turns[1]).toEqual({
      id: 'D2:2',
      speaker: 'Ben',
      text: 'Ben said, "Look!" and shared a photo of a kite.',
      session: 2,
      date: '7:05 pm on 3 March, 2024',
    });
    expect(trace!.turns[3]!.date).toBeNull();
  });

  test('paragraph mode is refused with the modes that work', () => {
    expect(() => spans({ sessionMode: 'paragraph' })).toThrow(
      "sessionMode 'paragraph' is for documents and a conversation has none; use turn, turn-pair, full-session, fixed-length.",
    );
  });
});

describe('questions (reference 1.2, 8.2)', () => {
  const file = write([conversation]);
  const dataset = loadLocomo(file, fullSession);
  const questions = dataset.traces[0]!.questions;

  test('adversarial ones are left out, indices stay those of the file, categories are read or 1', () => {
    expect(questions.map(({ id, category }) => [id, category])).toEqual([
      ['conv-1_0', 4],
      ['conv-1_2', 3],
      ['conv-1_3', 1],
      ['conv-1_4', 1],
      ['conv-1_5', 2],
    ]);
  });

  test('numbers become text, open-domain golds end at the first semicolon', () => {
    expect(questions.map(({ golds }) => golds)).toEqual([
      ['3'],
      ['Likely yes'],
      ['right'],
      ['right'],
      ['right'],
    ]);
  });

  test('evidence is resolved, and what was done to it is reported', () => {
    expect(questions.map(({ evidence }) => evidence)).toEqual([
      ['D2:2', 'D10:1'],
      ['D2:1'],
      [],
      ['D4:1'],
      ['D2:3'],
    ]);
    expect(dataset.report).toEqual({
      adversarialQuestions: 1,
      compoundEvidenceIds: 2,
      unresolvedEvidenceIds: [{ questionId: 'conv-1_2', id: 'D7:7' }],
      questionsWithoutEvidence: 1,
      notes: [],
    });
  });

  test('the hash is that of the bytes', () => {
    const bytes = Buffer.from(JSON.stringify([conversation]));
    expect(dataset.fileHash).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});

/** A conversation that only it has. */
function told(sample_id: string): unknown {
  const session_1 = [{ speaker: 'Ida', text: `I am ${sample_id}.` }];
  return { ...conversation, sample_id, conversation: { session_1 } };
}

test('a trace that is trained on and stands in another split too is refused, whatever its id', () => {
  const file = write([told('a'), told('b'), { ...(told('a') as object), sample_id: 'c' }]);
  const splits = { train: [0], validation: [1], test: [2] };
  expect(() => loadLocomo(file, { ...fullSession, splits })).toThrow(
    `In the data file ${file}, the trace c of the test split has the same content as a, which is in the training split; leave one of them out.`,
  );
  expect(loadLocomo(file, { ...fullSession, splits: { ...splits, test: [] } }).splits.validation).toEqual([
    'b',
  ]);
});

test('splits go by position, positions beyond the data are ignored', () => {
  const file = write(['a', 'b', 'c'].map((sample_id) => told(sample_id)));
  expect(loadLocomo(file, fullSession).splits).toEqual({ train: ['a', 'b', 'c'], validation: [], test: [] });
  const splits = { train: [0], validation: [2, 7], test: [1] };
  expect(loadLocomo(file, { ...fullSession, splits }).splits).toEqual({
    train: ['a'],
    validation: ['c'],
    test: ['b'],
  });
});

test('a conversation without an id gets one that a later process knows (15.1 #25)', () => {
  const unnamed = write([{ conversation: conversation.conversation, qa: conversation.qa }]);
  const [trace] = loadLocomo(unnamed, fullSession).traces;
  expect(trace!.id).toBe('conversation-0');
  expect(trace!.questions[0]!.id).toBe('conversation-0_0');
});

describe('bad input', () => {
  function failure(content: unknown): AppError {
    const file = write(content);
    try {
      loadLocomo(file, fullSession);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      // One sentence that names the file.
      if (error instanceof AppError) {
        expect(error.message).toContain(file);
        expect(error.message).toMatch(/^[^\n]+\.$/u);
        return error;
      }
    }
    throw new Error('expected an error');
  }

  const edited = (edit: (copy: typeof conversation) => void): unknown[] => {
    const copy = structuredClone(conversation);
    edit(copy);
    return [conversation, { ...copy, sample_id: 'conv-2' }];
  };

  test('a missing file', () => {
    const file = join(folder, 'absent.json');
    expect(() => loadLocomo(file, fullSession)).toThrow(
      expect.objectContaining({
        code: 'NOT_FOUND',
        message: `There is no data file ${file}; check the path.`,
      }),
    );
  });

  test('a folder', () => {
    const path = join(folder, 'folder.json');
    mkdirSync(path);
    expect(() => loadLocomo(path, fullSession)).toThrow(
      /folder\.json cannot be read .*; name a readable file\.$/u,
    );
  });

  test.each([
    ['truncated JSON', JSON.stringify([conversation]).slice(0, 200)],
    ['an empty file', ''],
    ['NaN', '[NaN]'],
  ])('%s', (_, text) => {
    const error = failure(text);
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toContain('is not whole JSON in UTF-8');
    expect(error.message).toContain('fetch it again');
  });

  test('another encoding', () => {
    const file = write('');
    writeFileSync(file, Buffer.from('["é"]', 'latin1'));
    expect(() => loadLocomo(file, fullSession)).toThrow('is not whole JSON in UTF-8');
  });

  test.each<[string, unknown, string, string]>([
    ['an object instead of a list', conversation, '', 'the document does not fit'],
    ['an empty list', [], '', 'the document does not fit'],
    ['no conversation', [{ qa: [] }], '[0].conversation', 'expected record, received undefined'],
    ['no questions key', [{ conversation: conversation.conversation }], '[0].qa', 'received undefined'],
    [
      'an empty conversation',
      edited((copy) => Object.assign(copy, { conversation: { session_1: [], session_1_date_time: 'x' } })),
      '[1].conversation',
      'has no session with turns; add a session_1',
    ],
    [
      'a turn without text',
      edited((copy) => Object.assign(copy.conversation.session_2[1]!, { text: undefined })),
      '[1].conversation.session_2[1].text',
      'expected string, received undefined',
    ],
    [
      'a session that is no list',
      edited((copy) => Object.assign(copy.conversation, { session_3: 'hello' })),
      '[1].conversation.session_3',
      'expected array, received string',
    ],
    [
      'a date that is no text',
      edited((copy) => Object.assign(copy.conversation, { session_2_date_time: 20240303 })),
      '[1].conversation.session_2_date_time',
      'expected string, received number',
    ],
    [
      'two turns of one id',
      edited((copy) => Object.assign(copy.conversation.session_10[0]!, { dia_id: 'D2:1' })),
      '[1].conversation.session_10[0].dia_id',
      'is D2:1, which an earlier turn has',
    ],
    [
      'a question without answer',
      edited((copy) => Object.assign(copy.qa[2]!, { answer: undefined })),
      '[1].qa[2].answer',
      'is missing or empty; add the answer, or remove the question',
    ],
    [
      'an open-domain answer that is all reasoning',
      edited((copy) => Object.assign(copy.qa[2]!, { answer: ' ; because' })),
      '[1].qa[2].answer',
      'is missing or empty',
    ],
    [
      'an empty question',
      edited((copy) => Object.assign(copy.qa[0]!, { question: ' ' })),
      '[1].qa[0].question',
      'must not be empty',
    ],
    [
      'an unknown category',
      edited((copy) => Object.assign(copy.qa[3]!, { category: 7 })),
      '[1].qa[3].category',
      'is 7, which is no LoCoMo category; use 1 to 5',
    ],
    [
      'evidence that is no text',
      edited((copy) => Object.assign(copy.qa[0]!, { evidence: [7] })),
      '[1].qa[0].evidence',
      'correct it there',
    ],
    ['one id twice', [conversation, conversation], '[1].sample_id', 'is conv-1, as at [0]'],
  ])('%s', (_, content, keyPath, problem) => {
    const error = failure(content);
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.details?.['keyPath']).toBe(keyPath);
    expect(error.message).toContain(keyPath === '' ? 'the document' : `${keyPath} `);
    expect(error.message).toContain(problem);
  });
});

const locomo = memskillDataFile('locomo-train-val.json');

describe.skipIf(locomo === null)('the published conversations (needs MEMSKILL_DATA)', () => {
  test('sessions, turns and questions are as counted in reference 1.2', () => {
    const { traces, splits, report } = loadLocomo(locomo!, fullSession);
    expect(
      traces.map(({ id, spans: sessions, turns, questions }) => [
        id,
        sessions.length,
        turns.length,
        questions.length,
      ]),
    ).toEqual([
      ['conv-26', 19, 419, 152],
      ['conv-30', 19, 369, 81],
      ['conv-41', 32, 663, 152],
      ['conv-42', 29, 629, 199],
      ['conv-43', 29, 680, 178],
      ['conv-44', 28, 675, 123],
      ['conv-47', 31, 689, 150],
      ['conv-48', 30, 681, 191],
    ]);
    expect(splits).toEqual({
      train: ['conv-26', 'conv-30', 'conv-41', 'conv-42', 'conv-43', 'conv-44'],
      validation: ['conv-47', 'conv-48'],
      test: [],
    });
    expect(LOCOMO_SPLITS.test).toEqual([8, 9]);
    expect(report).toEqual({
      adversarialQuestions: 360,
      compoundEvidenceIds: 2,
      unresolvedEvidenceIds: [
        { questionId: 'conv-42_58', id: 'D10:19' },
        { questionId: 'conv-42_88', id: 'D' },
        { questionId: 'conv-47_38', id: 'D4:36' },
      ],
      questionsWithoutEvidence: 2,
      notes: [],
    });
  });

  test('fixed-length spans keep the size and hold every turn', () => {
    const { traces } = loadLocomo(locomo!, { sessionMode: 'fixed-length', chunkSize: 512, chunkOverlap: 64 });
    for (const { spans: chunks, turns } of traces) {
      const held = new Set(chunks.flatMap(({ turnIds }) => turnIds));
      expect(turns.every(({ id }) => held.has(id))).toBe(true);
      for (const chunk of chunks) {
        const body = chunk.text.slice(`DATE: ${chunk.date}\nCONVERSATION:\n`.length);
        expect(countTokens(body)).toBeLessThanOrEqual(512);
      }
    }
  });
});
