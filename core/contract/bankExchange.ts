import { z } from 'zod';

/** What travels with a bank besides its skills, and how a bank is given away and taken in. Browser-safe. */

export const EXPORT_FORMATS = ['json', 'agent-skills', 'prompt', 'reference'] as const;
export const exportFormatSchema = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof exportFormatSchema>;

/** What is read of a folder at most; of a single file `BANK_FILE_LIMITS` says it. */
export const IMPORT_LIMITS = {
  files: 2000,
  totalBytes: 8 * 1024 * 1024,
  frontMatterBytes: 16 * 1024,
  pathLength: 300,
} as const;

const count = z.number().int().min(0);
/** A pattern without groups to repeat: weights are millions of characters. */
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/u, 'must be base64');

const tensorSchema = z.strictObject({
  name: z.string().min(1).max(100),
  shape: z.array(z.number().int().min(1).max(65_536)).max(2),
  data: base64.describe('little-endian 32-bit floats, row-major'),
});

/** A trained selector. It knows the vectors of one embedder and no others, so that another one is refused. */
export const bankControllerSchema = z.strictObject({
  scorer: z.enum(['mlp', 'dot']),
  /** Skills selected for each span. */
  k: z.number().int().min(1).max(64),
  hiddenDim: z.number().int().min(8).max(4096),
  skillText: z.enum(['full', 'reference']),
  stateFusion: z.enum(['mean', 'sim_weighted']),
  stateFusionTau: z.number(),
  embedder: z.strictObject({
    id: z.string().min(1).max(400),
    dimension: z.number().int().min(1).max(32_768),
  }),
  skills: z
    .array(z.strictObject({ name: z.string(), contentHash: z.string() }))
    .max(1000)
    .describe('the skills it was trained on, in the order of its candidates'),
  tensors: z.array(tensorSchema).max(100),
});
export type BankController = z.infer<typeof bankControllerSchema>;

/** A controller that came with a bank file. It is used while the bank's skills are those it was trained on. */
export const receivedControllerSchema = z.strictObject({
  /** Of names and texts of those skills, whatever their order. */
  skillsHash: z.string(),
  fileName: z.string(),
  receivedAtMs: z.number(),
  part: bankControllerSchema,
});
export type ReceivedController = z.infer<typeof receivedControllerSchema>;

const longText = z.string().max(200_000);

/** Questions that a receiver can ask again, with the text they are about. Private: it is what people said. */
export const bankEvaluationsSchema = z.strictObject({
  k: z.number().int().min(1).max(64),
  memoriesPerQuestion: z.number().int().min(1).max(1000),
  seed: z.number().int().min(0),
  traces: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(100),
        spans: z.array(z.strictObject({ text: longText, date: z.string().max(200).nullable() })).max(5000),
      }),
    )
    .max(500),
  cases: z
    .array(
      z.strictObject({
        trace: z.string().min(1).max(100),
        /** `hard`: failed in training at least once; `solved`: answered when last asked, to see what is broken. */
        set: z.enum(['hard', 'solved']),
        question: z.string().min(1).max(20_000),
        golds: z.array(z.string().max(20_000)).min(1).max(100),
        category: count,
        date: z.string().max(200).nullable(),
        /** The text does not hold the answer, and saying so is right. */
        isAbstention: z.literal(true).optional(),
        contentHash: z.string().describe('SHA-256 of {question, golds}, as in the lineage of skills'),
      }),
    )
    .max(5000),
});
export type BankEvaluations = z.infer<typeof bankEvaluationsSchema>;

export const bankSignatureSchema = z.strictObject({
  algorithm: z.literal('Ed25519'),
  publicKey: base64.length(44).describe('32 bytes'),
  value: base64.length(88).describe('64 bytes, over the RFC 8785 form of the document without this key'),
});
export type BankSignature = z.infer<typeof bankSignatureSchema>;

/** What is asked to be in an export. Weights and cases are left out unless asked for. */
export const exportRequestSchema = z.strictObject({
  version: z.number().int().min(0).nullable(),
  format: exportFormatSchema,
  hasController: z.boolean(),
  hasCases: z.boolean(),
  /** Agent Skills: the license field of every skill. */
  license: z.string().trim().min(1).max(200).nullable(),
});
export type ExportRequest = z.infer<typeof exportRequestSchema>;

/** What an export holds, to be said before it is written. */
export const exportContentsSchema = z.strictObject({
  format: exportFormatSchema,
  version: count,
  files: count,
  sizeBytes: count,
  skills: count,
  /** Skills whose lineage goes along; it quotes names of clusters and reasons of reviewers. */
  lineages: count,
  reviewers: z.array(z.string()),
  controllerBytes: count,
  hardCases: count,
  solvedCases: count,
  traces: count,
  spans: count,
  /** Text of your data goes along: questions, answers, spans. */
  isPrivate: z.boolean(),
});
export type ExportContents = z.infer<typeof exportContentsSchema>;

export const exportedFileSchema = z.strictObject({
  /** Parts joined by `/`; never absolute and never upwards. */
  path: z.string(),
  text: z.string(),
});
export type ExportedFile = z.infer<typeof exportedFileSchema>;

export const SIGNATURE_STATES = ['none', 'trusted', 'unknown'] as const;
/** A signature that does not fit is an error; here is only whose a good one is. */
export const signatureViewSchema = z.strictObject({
  state: z.enum(SIGNATURE_STATES),
  fingerprint: z.string().nullable(),
  /** The name the key is trusted under. */
  name: z.string().nullable(),
});
export type SignatureView = z.infer<typeof signatureViewSchema>;

export const IMPORT_FORMATS = ['json', 'agent-skills', 'prompt', 'reference'] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
export const importFileSchema = z.strictObject({ path: z.string().min(1), base64: z.base64() });

/** What in a text may be meant for the machine rather than for memory. A reason to look, never a verdict. */
export const instructionFlagSchema = z.strictObject({
  rule: z.string(),
  /** `description` or `instruction`. */
  field: z.string(),
  /** Index in UTF-16 code units. */
  index: count,
  excerpt: z.string(),
  reason: z.string(),
});
export type InstructionFlag = z.infer<typeof instructionFlagSchema>;
