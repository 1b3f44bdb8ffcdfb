import { z } from 'zod';

/** How patient this side is with an inference server, and how much it asks of it at once. */
export const serverLimitsSchema = z.strictObject({
  /** Requests of a kind under way at once: generation and embedding together, and small enquiries by themselves. */
  concurrency: z.number().int().min(1).max(256).default(4),
  /** Sends of one request, the first one included. */
  attempts: z.number().int().min(1).max(20).default(4),
  /** Milliseconds until the connection stands: name look-up, TCP and TLS. */
  connectTimeoutMs: z.number().int().min(1).max(600_000).default(10_000),
  /**
   * Milliseconds without a byte, also before the first one. Without streaming a server is silent while it works, so
   * this bounds the longest generation, with its wait in the server's queue.
   */
  idleTimeoutMs: z.number().int().min(1).max(3_600_000).default(300_000),
  /** Milliseconds for one send from start to end, however lively it is. */
  requestTimeoutMs: z.number().int().min(1).max(7_200_000).default(1_200_000),
  /** Milliseconds before the second send; doubles with each further one, and is shortened at random by up to a half. */
  firstBackoffMs: z.number().int().min(0).max(60_000).default(500),
  /** Milliseconds: the longest wait between two sends, also where the server asks for more, which ends the request. */
  maxBackoffMs: z.number().int().min(0).max(600_000).default(60_000),
});

export type ServerLimits = Readonly<z.infer<typeof serverLimitsSchema>>;
export type ServerLimitsInput = z.input<typeof serverLimitsSchema>;
