import { z } from 'zod';

/** What a data file was understood as: counts, examples, and what was left out or repaired while loading. */
export const dataInspectionSchema = z.strictObject({
  name: z.string(),
  traces: z.strictObject({
    all: z.number().int(),
    train: z.number().int(),
    validation: z.number().int(),
    test: z.number().int(),
  }),
  spans: z.number().int(),
  /** Otherwise reckoned from a few traces, because cutting all of them takes long. */
  isSpanCountExact: z.boolean(),
  questions: z.number().int(),
  categories: z.array(
    z.strictObject({
      category: z.number().int(),
      /** Null where nothing says what the number means. */
      name: z.string().nullable(),
      questions: z.number().int(),
    }),
  ),
  /** `2023-05-08`; null without dates. */
  days: z.strictObject({ first: z.string(), last: z.string() }).nullable(),
  adversarialQuestions: z.number().int(),
  compoundEvidenceIds: z.number().int(),
  /** Evidence that names no turn of the trace, by question. */
  unresolvedEvidenceIds: z.array(z.strictObject({ questionId: z.string(), id: z.string() })),
  questionsWithoutEvidence: z.number().int(),
  notes: z.array(z.string()),
  examples: z.strictObject({
    spans: z.array(z.strictObject({ traceId: z.string(), date: z.string().nullable(), text: z.string() })),
    questions: z.array(
      z.strictObject({
        text: z.string(),
        golds: z.array(z.string()),
        category: z.string().nullable(),
        hasEvidence: z.boolean(),
      }),
    ),
  }),
});
export type DataInspection = z.infer<typeof dataInspectionSchema>;

/** One of `details.problems` of an error about a data file. */
export const dataProblemSchema = z.strictObject({
  /** 1-based; null where the file has no lines. */
  line: z.number().int().nullable(),
  keyPath: z.string(),
  reason: z.string(),
});
export type DataProblem = z.infer<typeof dataProblemSchema>;

/** What a file looks like by its first entry. */
export const recognisedDataSchema = z.strictObject({
  /** As a person knows it; null: like nothing that is known. */
  format: z.string().nullable(),
  /** The data set that reads it; null: none does. */
  dataset: z.string().nullable(),
});
