import { describe, expect, test } from 'vitest';
import { importChats } from './chatImport.ts';
import { dataFolder } from './fixtures/dataFolder.ts';
import { importMarkdown } from './markdownImport.ts';
import { ownTraceSchema } from './ownSchema.ts';

const { write } = dataFolder('chats');

const said = async (content: unknown) => {
  const { traces, leftOut } = await importChats(write(content));
  for (const trace of traces) expect(ownTraceSchema.safeParse(trace).success).toBe(true);
  return {
    leftOut,
    traces: traces.map(({ id, turns }) => [
      id,
      turns!.map(({ speaker, text, date }) => [speaker, text, date]),
    ]),
  };
};

const HELLO = { role: 'user', content: 'Hello' };
const REPLY = { role: 'assistant', content: [{ type: 'text', text: 'Hi' }, { type: 'image_url' }, 'there'] };

describe('exports in JSON', () => {
  test('a list of messages is one conversation', async () => {
    expect(await said([{ role: 'system', content: 'Be kind.' }, HELLO, REPLY])).toEqual({
      leftOut: 1,
      traces: [
        [
          'chat-1',
          [
            ['user', 'Hello', undefined],
            ['assistant', 'Hi\nthere', undefined],
          ],
        ],
      ],
    });
  });

  test('{messages}, written over many lines; dates of messages, else of the conversation', async () => {
    const conversation = {
      title: 'Greeting',
      created_at: '2025-03-01T08:15:30Z',
      messages: [HELLO, { ...REPLY, timestamp: 1740900000 }, { role: 'user', content: ' ' }],
    };
    expect(await said(JSON.stringify(conversation, null, 2))).toEqual({
      leftOut: 1,
      traces: [
        [
          'Greeting',
          [
            ['user', 'Hello', '2025-03-01T08:15'],
            ['assistant', 'Hi\nthere', '2025-03-02T07:20'],
          ],
        ],
      ],
    });
  });

  test('several conversations, as a list or as lines; equal titles are told apart', async () => {
    const conversations = [
      { title: 'A', messages: [HELLO] },
      { title: 'A', messages: [HELLO] },
      [HELLO, REPLY],
    ];
    const ids = ['A', 'A (2)', 'chat-3'];
    expect((await said(conversations)).traces.map(([id]) => id)).toEqual(ids);
    const text = conversations
      .slice(0, 2)
      .map((one) => JSON.stringify(one))
      .join('\n');
    expect((await said(text)).traces.map(([id]) => id)).toEqual(ids.slice(0, 2));
  });

  test("ChatGPT's tree: the branch that was read last", async () => {
    const node = (id: string, parent: string | null, role: string, text: string) => ({
      [id]: {
        id,
        parent,
        children: [],
        message: {
          author: { role },
          create_time: 1740900000,
          content: { content_type: 'text', parts: [text] },
        },
      },
    });
    const mapping = {
      root: { id: 'root', parent: null, children: ['a'], message: null },
      ...node('a', 'root', 'user', 'Hello'),
      ...node('b', 'a', 'assistant', 'First try'),
      ...node('c', 'a', 'assistant', 'Second try'),
    };
    expect((await said([{ title: 'Tree', mapping, current_node: 'c' }])).traces).toEqual([
      [
        'Tree',
        [
          ['user', 'Hello', '2025-03-02T07:20'],
          ['assistant', 'Second try', '2025-03-02T07:20'],
        ],
      ],
    ]);
  });

  test("Claude's list", async () => {
    const chat_messages = [{ sender: 'human', text: 'Hello', created_at: '2025-03-01T23:59:00+01:00' }];
    expect((await said([{ uuid: 'u', name: '', chat_messages }])).traces).toEqual([
      ['u', [['human', 'Hello', '2025-03-01T22:59']]],
    ]);
  });

  test.each([
    ['a message without a role', { messages: [HELLO, { content: 'x' }] }, '[0].messages[1] has no role'],
    [
      'content of another kind',
      [{ messages: [{ role: 'user', content: 5 }] }],
      '[0].messages[0].content is not as in a message',
    ],
    [
      'a date that cannot be read',
      [{ messages: [{ ...HELLO, date: 'noon' }] }],
      '[0].messages[0] is "noon", which is no date',
    ],
    ['a broken tree', [{ mapping: {}, current_node: 'x' }], '[0].mapping.x is missing'],
    ['nothing said', [{ messages: [] }], 'holds no message of anybody'],
    ['a cut file', '[{"messages": [', 'is not whole JSON'],
  ])('%s is named', async (_, content, message) => {
    await expect(importChats(write(content))).rejects.toThrow(message);
  });
});

describe('transcripts in Markdown', () => {
  const turnsOf = async (text: string) => {
    const { traces, leftOut } = await importMarkdown(write(text));
    return {
      id: traces[0]!.id,
      leftOut,
      turns: traces[0]!.turns!.map(({ speaker, text: words, date }) => [speaker, words, date]),
    };
  };

  test('names in bold, dates, a title, code that is left alone', async () => {
    const text =
      '# Moving\n\nA preface.\n\n## 2025-03-01\n\n**Ida:** I moved.\nTo Oslo.\n\n```\n**Not:** a turn\n```\n\n---\n**Ben**: Nice!\n';
    expect(await turnsOf(text)).toEqual({
      id: 'Moving',
      leftOut: 1,
      turns: [
        ['Ida', 'I moved.\nTo Oslo.\n\n```\n**Not:** a turn\n```', '2025-03-01'],
        ['Ben', 'Nice!', '2025-03-01'],
      ],
    });
  });

  test('headings that are roles', async () => {
    const text =
      '## User\n\nWhat is a loom?\n\n## Assistant\n\n### Answer\n\nNote: it weaves.\n\n## System\n\nx';
    expect(await turnsOf(text)).toEqual({
      id: 'chat-1',
      leftOut: 1,
      turns: [
        ['User', 'What is a loom?', undefined],
        ['Assistant', '### Answer\n\nNote: it weaves.', undefined],
      ],
    });
  });

  test('plain names, where the transcript begins with one', async () => {
    const text = 'Date: 2025-03-01 08:15\nIda: Hello\nBen: Hi\nNote: once\nIda: How are you?\nBen: Well.';
    expect((await turnsOf(text)).turns).toEqual([
      ['Ida', 'Hello', '2025-03-01T08:15'],
      ['Ben', 'Hi\nNote: once', '2025-03-01T08:15'],
      ['Ida', 'How are you?', '2025-03-01T08:15'],
      ['Ben', 'Well.', '2025-03-01T08:15'],
    ]);
  });

  test('text without anybody who speaks', async () => {
    await expect(importMarkdown(write('# Title\n\nJust text.'))).rejects.toThrow(
      'has no turn: begin each with',
    );
  });
});
