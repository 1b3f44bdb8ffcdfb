import { z } from 'zod';
import { call, nothing } from './callShape.ts';
import {
  assignedRoleSchema,
  devicesSchema,
  downloadProgressSchema,
  keptKeysSchema,
  modelAssignmentsSchema,
  modelViewSchema,
  modelWorkSchema,
  placementSchema,
  recommendedModelViewSchema,
  reembeddedSchema,
} from './model.ts';

/** The calls about language models and embedders. */

const modelIdInput = z.strictObject({ modelId: z.string().min(1) });

export const modelCalls = {
  /** Every model that was added, oldest first. */
  'models.list': call(nothing, z.array(modelViewSchema)),
  /**
   * Adds a GGUF file: a path or, over the network, an https address; for a page the id of a file it was offered. Read as
   * a whole once, for its hash.
   */
  'models.addFile': call(
    z.strictObject({ file: z.string().min(1), name: z.string().nullable() }),
    modelViewSchema,
  ),
  'models.addServer': call(
    z.strictObject({
      baseUrl: z.url(),
      model: z.string().min(1),
      purpose: z.enum(['chat', 'embedding']),
      keyVariable: z.string().nullable(),
    }),
    modelViewSchema,
  ),
  'models.keptKeys': call(nothing, keptKeysSchema),
  /** Keeps the key of a server, encrypted by the system; the calls that name no variable send it there. */
  'models.keepKey': call(
    z.strictObject({ baseUrl: z.url(), key: z.string().min(1).max(8192) }),
    keptKeysSchema,
  ),
  'models.forgetKey': call(z.strictObject({ baseUrl: z.url() }), keptKeysSchema),
  /** What a server offers. */
  'models.listServer': call(
    z.strictObject({ baseUrl: z.url(), keyVariable: z.string().nullable() }),
    z.array(z.strictObject({ name: z.string(), contextTokens: z.number().int().nullable() })),
  ),
  /** Forgets a model; its file stays where it is. Refused while a role or an unfinished run needs it. */
  'models.remove': call(modelIdInput, nothing),
  /** `modelId` null: the built-in engine. */
  'models.assign': call(
    z.strictObject({ role: assignedRoleSchema, modelId: z.string().nullable() }),
    modelAssignmentsSchema,
  ),
  /** Loads it, reads a prompt, writes 32 tokens, and keeps what that took. */
  'models.test': call(modelIdInput, modelViewSchema),
  /** Reads the file again and compares its hash. CORRUPT_DATA when it is another file by now. */
  'models.verify': call(modelIdInput, modelViewSchema),
  'models.devices': call(nothing, devicesSchema),
  /**
   * Where the assigned models would go in a run on models alone; null without a model file. `memoryGib`: as if this machine
   * had a GPU of so much memory.
   */
  'models.plan': call(
    z.strictObject({ memoryGib: z.number().gt(0).max(4096).nullable() }),
    placementSchema.nullable(),
  ),
  /** Reading a file whole, or embedding memories anew, that is going on. */
  'models.work': call(nothing, z.array(modelWorkSchema)),
  /**
   * Embeds the kept memories by the embedder that serves the role now, in a table of its own; the tables of other embedders
   * stay until it has everything. Goes on where an earlier one stopped. CONFLICT while a run trains.
   */
  'models.reembed': call(nothing, reembeddedSchema),
  'models.recommended': call(nothing, z.array(recommendedModelViewSchema)),
  /** Goes over the network, and only then; goes on where an earlier one stopped. */
  'models.download': call(z.strictObject({ recommendedId: z.string() }), modelViewSchema),
  'models.downloads': call(nothing, z.array(downloadProgressSchema)),
} as const;
