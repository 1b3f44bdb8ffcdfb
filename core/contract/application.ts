import { z } from 'zod';
import { modelAssignmentsSchema } from './model.ts';
import { REVIEWER_NAME_LENGTH } from './proposal.ts';

export const SHELLS = ['electron', 'browser', 'cli'] as const;

/** What a screen needs to know about the application it belongs to. */
export const applicationSchema = z.strictObject({
  version: z.string(),
  shell: z.enum(SHELLS),
  /** How a file is chosen: a dialog of the system, or a listing of the folders that may be looked at. */
  fileChoice: z.enum(['dialog', 'listing', 'none']),
  nodeVersion: z.string(),
  electronVersion: z.string().nullable(),
  /** `linux x64` and the like. */
  system: z.string(),
  /** TensorFlow.js backend of the last training in this process; null before the first. */
  trainingBackend: z.string().nullable(),
  workspace: z.string(),
});
export type Application = z.infer<typeof applicationSchema>;

/** One option of a run, as a form needs it. */
export const runOptionSchema = z.strictObject({
  name: z.string(),
  flag: z.string(),
  kind: z.enum(['text', 'number', 'boolean', 'choice', 'file']),
  choices: z.array(z.string()),
  minimum: z.number().nullable(),
  /** The minimum itself is not allowed. */
  isMinimumExclusive: z.boolean(),
  maximum: z.number().nullable(),
  isInteger: z.boolean(),
  default: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  unit: z.string().nullable(),
  group: z.string(),
  /** Data sets that have it; null: all. */
  datasets: z.array(z.string()).nullable(),
  description: z.string(),
  /** What values it takes, in words: `a whole number from 1 to 64`. */
  values: z.string(),
});
export type RunOptionDescription = z.infer<typeof runOptionSchema>;

/** A reviewer's preferences, kept in the workspace; `runDefaults` are values a new run's form starts with. */
export const settingsSchema = z.strictObject({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  /** Strength of the exponential moving average drawn over the raw reward, in [0, 0.99]; 0 draws none. */
  curveSmoothing: z.number().min(0).max(0.99).default(0.8),
  /** Which model serves which role in a new run that names none. */
  modelRoles: modelAssignmentsSchema.default({}),
  /** Kept with every decision, and with the lineage of a skill; empty keeps none. */
  reviewerName: z.string().trim().max(REVIEWER_NAME_LENGTH).default(''),
  /** Public keys whose signatures count, by fingerprint. */
  trustedKeys: z
    .array(z.strictObject({ fingerprint: z.string().min(1).max(100), name: z.string().max(100) }))
    .readonly()
    .default([]),
  runDefaults: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
export type Settings = z.infer<typeof settingsSchema>;

/** `id` stands for a file or folder without being a path: only what was offered can be named. */
export const fileEntrySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  isFolder: z.boolean(),
  /** 0 for a folder. */
  sizeBytes: z.number(),
  modifiedAtMs: z.number(),
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

/** A folder and what is in it, folders first, by name; `folder` null: the folders one can begin with. */
export const fileListingSchema = z.strictObject({
  folder: z.strictObject({ id: z.string(), name: z.string(), parentId: z.string().nullable() }).nullable(),
  entries: z.array(fileEntrySchema),
  /** There were more; they are left out. */
  isCut: z.boolean(),
});
export type FileListing = z.infer<typeof fileListingSchema>;

export const chosenFileSchema = z.strictObject({ id: z.string(), name: z.string() });
export type ChosenFile = z.infer<typeof chosenFileSchema>;

/** Parts of a workspace that can change under a screen. */
export const WORKSPACE_DOMAINS = [
  'runs',
  'cases',
  'clusters',
  'proposals',
  'bank',
  'settings',
  'models',
  'memory',
  'evaluations',
] as const;
export type WorkspaceDomain = (typeof WORKSPACE_DOMAINS)[number];
export const workspaceChangeSchema = z.strictObject({ domains: z.array(z.enum(WORKSPACE_DOMAINS)).min(1) });
