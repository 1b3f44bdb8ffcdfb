import { z } from 'zod';

/** The first broken link of the chain from span to answer (design 7). `bad_case` is only ever a person's word. */
export const DIAGNOSES = ['not_stored', 'stored_weak', 'not_retrieved', 'not_used', 'bad_case'] as const;
export const diagnosisSchema = z.enum(DIAGNOSES);
export type Diagnosis = z.infer<typeof diagnosisSchema>;

/** The words for a diagnosis, the same in names of clusters, reports and screens. */
export const DIAGNOSIS_WORDS: Readonly<Record<Diagnosis, string>> = {
  not_stored: 'not stored',
  stored_weak: 'stored in part',
  not_retrieved: 'not retrieved',
  not_used: 'retrieved, not used',
  bad_case: 'bad case',
};

export const memoryActionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('insert'), text: z.string().min(1), skill: z.string() }),
  z.strictObject({
    type: z.literal('update'),
    memory: z.string(),
    text: z.string().min(1),
    skill: z.string(),
  }),
  z.strictObject({ type: z.literal('delete'), memory: z.string(), skill: z.string() }),
]);
/** One thing an executor wants done to memory; `memory` is a stable memory id, `skill` the motivating skill's name. */
export type MemoryAction = z.infer<typeof memoryActionSchema>;

export const evidenceTurnSchema = z.strictObject({
  turnId: z.string(),
  text: z.string(),
  spanIndex: z.number().int(),
});

export const chainSpanSchema = z.strictObject({
  spanIndex: z.number().int(),
  date: z.string().nullable(),
  /** Skills selected for the span in selected order, with their softmax probability. */
  skills: z.array(z.strictObject({ name: z.string(), probability: z.number() })),
  /** Actions written for the span that concern the evidence or, if none does, the first few. */
  actions: z.array(memoryActionSchema),
});

export const evidenceChainSchema = z.strictObject({
  evidence: z.array(evidenceTurnSchema),
  spans: z.array(chainSpanSchema),
  /** The memory that holds most of the needed fact, and its 1-based rank for this question. */
  needed: z
    .strictObject({
      memoryId: z.string(),
      text: z.string(),
      coverage: z.number(),
      rank: z.number().int().nullable(),
    })
    .nullable(),
  /** Memories shown to the answerer, best first. */
  retrieved: z.array(z.strictObject({ memoryId: z.string(), text: z.string(), similarity: z.number() })),
});
export type EvidenceChain = z.infer<typeof evidenceChainSchema>;

/** A question a run failed, with everything needed to see why. Key within a run: `questionId`. */
export const hardCaseSchema = z.strictObject({
  id: z.string(),
  runId: z.string(),
  traceId: z.string(),
  questionId: z.string(),
  question: z.string(),
  golds: z.array(z.string()),
  category: z.number().int(),
  prediction: z.string(),
  /** Score of the last attempt in [0, 1] (token F1, or the judge's when that is the reward). */
  score: z.number().min(0).max(1),
  judge: z.strictObject({ score: z.number(), reason: z.string() }).nullable(),
  attempts: z.array(z.strictObject({ step: z.number().int(), score: z.number(), prediction: z.string() })),
  failCount: z.number().int().min(1),
  /** Global step (inner epoch counter) of the last failure. */
  step: z.number().int(),
  bankHash: z.string(),
  diagnosis: diagnosisSchema,
  /** Of a case that is marked as bad: what it gets back when the mark is taken back. */
  formerDiagnosis: diagnosisSchema.exclude(['bad_case']).optional(),
  chain: evidenceChainSchema,
});
export type HardCase = z.infer<typeof hardCaseSchema>;

/** A hard case in a list: without its chain, which is most of it. */
export const hardCaseSummarySchema = hardCaseSchema.omit({ chain: true, attempts: true });
export type HardCaseSummary = z.infer<typeof hardCaseSummarySchema>;

export const clusterSchema = z.strictObject({
  id: z.string(),
  runId: z.string(),
  stage: z.number().int(),
  name: z.string(),
  caseIds: z.array(z.string()),
  /** At least one near the centre, the others by severity x ln(1 + fails); no case that is marked as bad. */
  representativeIds: z.array(z.string()),
  /** Mean of 1 - score over the cases that are not marked as bad. */
  severity: z.number(),
  /** Share of each diagnosis among the cases that are not marked as bad, summing to 1; empty when all are. */
  diagnosisShares: z.partialRecord(diagnosisSchema, z.number()),
});
export type Cluster = z.infer<typeof clusterSchema>;
