import { z } from 'zod';

/** What a run will ask of language models, before it begins and while it goes on. */

/** Roles that ask a chat model; an embedder's calls are not counted. */
export const CALL_ROLES = ['executor', 'answerer', 'judge', 'designer'] as const;
export type CallRole = (typeof CALL_ROLES)[number];

/** What calls are for: the steps, the measurement at a stage's end, the designer's turn, and replays of its proposals. */
export const CALL_PARTS = ['training', 'measuring', 'designing', 'replaying'] as const;
export type CallPart = (typeof CALL_PARTS)[number];

const amount = z.number().min(0);
/** Whole where it was counted, with a fraction where it was estimated. */
const roleForecastSchema = z.strictObject({
  calls: amount,
  promptTokens: amount,
  completionTokens: amount,
  /** Null: nothing is known of the model's speed. */
  hours: amount.nullable(),
});
export type RoleForecast = z.infer<typeof roleForecastSchema>;

const byRole = <T extends z.ZodType>(schema: T) =>
  z.strictObject({ executor: schema, answerer: schema, judge: schema, designer: schema });

/** A cap that what is spent and what is to come together exceed. */
export const exceededCapSchema = z.strictObject({
  cap: z.enum(['calls', 'tokens', 'hours']),
  limit: amount,
  expected: amount,
});
export type ExceededCap = z.infer<typeof exceededCapSchema>;

export const callForecastSchema = z.strictObject({
  roles: byRole(roleForecastSchema),
  /** Calls by what they are for. */
  parts: z.strictObject({
    training: amount,
    measuring: amount,
    designing: amount,
    replaying: amount,
  }),
  calls: amount,
  /** Of prompts and replies. */
  tokens: amount,
  /** Null when the speed of a model that is asked is not known. */
  hours: amount.nullable(),
  /** What the estimate rests on, in sentences. */
  basis: z.array(z.string()),
  exceeded: z.array(exceededCapSchema),
});
export type CallForecast = z.infer<typeof callForecastSchema>;

/** What a run has asked of models so far, and what is still to come, corrected by what was. */
export const runOutlookSchema = z.strictObject({
  spent: byRole(
    z.strictObject({
      calls: amount,
      promptTokens: amount,
      completionTokens: amount,
      seconds: amount,
    }),
  ),
  /** Hours in which at least one call was in progress. */
  spentHours: amount,
  remaining: callForecastSchema,
  /** What was done differently from what was asked for, so that prompts fit; one sentence each. */
  notes: z.array(z.string()),
});
export type RunOutlook = z.infer<typeof runOutlookSchema>;

/** What options start from, and what that changed against the data set's own values, where nobody gave another. */
export const presetUseSchema = z.strictObject({
  name: z.enum(['full', 'budget', 'reference']),
  changes: z.array(
    z.strictObject({
      name: z.string(),
      flag: z.string(),
      from: z.union([z.string(), z.number(), z.boolean(), z.null()]),
      to: z.union([z.string(), z.number(), z.boolean(), z.null()]),
    }),
  ),
});
export type PresetUse = z.infer<typeof presetUseSchema>;

/** `forecast` null where no model is asked. */
export const forecastAnswerSchema = z.strictObject({
  forecast: callForecastSchema.nullable(),
  preset: presetUseSchema,
  /** What deserves a second thought before it starts, and what to do about it. */
  warnings: z.array(z.string()),
});
