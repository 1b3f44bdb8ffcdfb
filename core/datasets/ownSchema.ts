import { z } from 'zod';
import { readIsoTime } from './isoTime.ts';

/**
 * A trace in this application's own format: one line of a JSON Lines file. Published as
 * `resources/schema/trace.schema.json`; what the schema cannot say is said in its descriptions and checked all the same.
 */

/** Characters in one text; a trace of many texts may be as long as a line may be. */
const MAX_TEXT = 1_000_000;
/** Turns, spans or events of a trace. */
const MAX_PARTS = 100_000;

const text = z.string().max(MAX_TEXT).regex(/\S/u, 'must not be empty');
const id = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe(
    'Names it as evidence of a question; unique in the trace. Made up where it is left out: t1, s1, e1 and so on.',
  );
const date = z
  .string()
  .refine(
    (value) => readIsoTime(value) !== null,
    'must be an ISO 8601 date such as 2025-03-01 or 2025-03-01T08:15',
  )
  .describe('ISO 8601: 2025-03-01, 2025-03-01T08:15 or 2025-03-01T08:15:30+01:00.');

const turnSchema = z
  .strictObject({
    id,
    speaker: z.string().min(1).max(60).optional(),
    text,
    date: date.optional(),
    session: z
      .number()
      .int()
      .min(1)
      .optional()
      .describe('Turns of one session are cut into spans together. Left out: a session for each day.'),
  })
  .describe('Something that was said.');

const spanSchema = z
  .strictObject({ id, text, date: date.optional() })
  .describe('A piece of text that is taken as one span, as it is.');

const eventSchema = z
  .strictObject({
    id,
    time: date,
    source: z.string().min(1).max(100).regex(/\S/u, 'must not be empty'),
    fields: z
      .record(
        z.string().min(1),
        z.union(
          [z.string(), z.number(), z.boolean(), z.null()],
          'must be text, a number, true, false or null',
        ),
      )
      .refine((fields) => Object.keys(fields).length > 0, 'must have at least one field'),
  })
  .describe(
    'Something that was measured. Read as "On 1 March 2025 at 08:15, kitchen fridge reported temperature 4.5, door open yes.": field names in words, true as yes, false as no, null as unknown.',
  );

const questionSchema = z.strictObject({
  question: text,
  answers: z.array(text).min(1).describe('Accepted answers, the first is primary.'),
  category: z.string().min(1).max(60).optional().describe('Kind of question; scores are told by it.'),
  evidence: z
    .array(z.string())
    .optional()
    .describe('Ids of the turns, spans or events that hold the answer.'),
  date: date.optional().describe('When the question is asked.'),
});

export const ownTraceSchema = z
  .strictObject({
    id: z.string().min(1).max(200).describe('Unique in the file.'),
    split: z.enum(['train', 'validation', 'test']).optional().describe('Left out in all lines: drawn.'),
    turns: z.array(turnSchema).min(1).max(MAX_PARTS).optional(),
    spans: z.array(spanSchema).min(1).max(MAX_PARTS).optional(),
    events: z.array(eventSchema).min(1).max(MAX_PARTS).optional(),
    questions: z.array(questionSchema).default([]),
  })
  .refine(
    ({ turns, spans, events }) => [turns, spans, events].filter((one) => one !== undefined).length === 1,
    {
      message: 'must have exactly one of turns, spans and events',
    },
  )
  .describe(
    'A trace: what an agent went through, and questions about it. Exactly one of turns, spans and events.',
  );

export type OwnTrace = z.infer<typeof ownTraceSchema>;
export type OwnEvent = z.infer<typeof eventSchema>;
/** A line before its defaults: what is written. */
export type OwnTraceLine = z.input<typeof ownTraceSchema>;
