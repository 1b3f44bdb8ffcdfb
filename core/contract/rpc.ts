import { z } from 'zod';
import { AppError, ERROR_CODES, messageOf, throwIfAborted } from '../shared/errors.ts';
import {
  calls,
  events,
  type CallInput,
  type CallName,
  type CallOutput,
  type EventName,
  type EventPayload,
} from './calls.ts';

/**
 * Remote calls between a screen (or command line) and the engine. Every transport carries JSON text, the in-memory
 * one too, so that nothing works in a test that would not work over a socket.
 * Bad input is the caller's fault (INVALID_INPUT), bad output ours (INTERNAL).
 */
export const PROTOCOL_VERSION = 2;

/** A long list can be wrong in every entry, in the same way. */
const NAMED_ISSUES = 5;

/** Moves text between two ends. */
export interface Transport {
  /** Nothing happens when the connection is closed. */
  send(text: string): void;
  /** At most one listener; messages that arrive before it is set are kept. */
  onMessage(listener: (text: string) => void): void;
  /** Called at once when the connection is closed already. */
  onClose(listener: () => void): void;
  /** What was sent before still arrives. */
  close(): void;
}

const errorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  /** What led to it, and to that, in words. */
  cause: z.string().nullable().default(null),
});

const messageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), version: z.number().int() }),
  z.object({ kind: z.literal('request'), id: z.number().int(), method: z.string(), input: z.unknown() }),
  z.object({ kind: z.literal('cancel'), id: z.number().int() }),
  z.object({ kind: z.literal('result'), id: z.number().int(), output: z.unknown() }),
  z.object({ kind: z.literal('error'), id: z.number().int(), error: errorSchema }),
  z.object({ kind: z.literal('event'), name: z.string(), payload: z.unknown() }),
]);
type Message = z.infer<typeof messageSchema>;

export interface CallContext {
  readonly signal: AbortSignal;
}

export type Handlers = {
  readonly [Name in CallName]: (input: CallInput<Name>, context: CallContext) => Promise<CallOutput<Name>>;
};

export interface Client {
  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<CallOutput<Name>>;
  /** Returns the function that unsubscribes. */
  on<Name extends EventName>(name: Name, listener: (payload: EventPayload<Name>) => void): () => void;
  close(): void;
}

export interface ServerConnection {
  emit<Name extends EventName>(name: Name, payload: EventPayload<Name>): void;
  close(): void;
}

/** Null for text that is no message of this protocol: whoever sent it cannot be talked to. */
function parseMessage(text: string): Message | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON; what is wrong with it does not matter.
    return null;
  }
  return messageSchema.safeParse(value).data ?? null;
}

function otherVersion(version: number): AppError {
  return new AppError(
    'CONFLICT',
    `The other side speaks protocol ${version}, this one ${PROTOCOL_VERSION}; use one version of the application.`,
  );
}

function hello(): string {
  return JSON.stringify({ kind: 'hello', version: PROTOCOL_VERSION } satisfies Message);
}

function describeIssues({ issues }: z.ZodError): string {
  const named = issues.slice(0, NAMED_ISSUES);
  const words = named.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`);
  const more = issues.length - named.length;
  return [...words, ...(more === 0 ? [] : [`and ${more} more`])].join('; ');
}

/** Messages of the chain of causes, nearest first, each once; null when there is none. */
function describeCause(error: unknown): string | null {
  const causes: unknown[] = [];
  let cause = error instanceof Error ? error.cause : undefined;
  while (cause !== undefined && cause !== null && !causes.includes(cause)) {
    causes.push(cause);
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  const messages = causes.map((one) => (one instanceof z.ZodError ? describeIssues(one) : messageOf(one)));
  return messages.length === 0 ? null : [...new Set(messages)].join(' <- ');
}

function toWire(error: unknown): z.infer<typeof errorSchema> {
  const cause = describeCause(error);
  if (!(error instanceof AppError)) return { code: 'INTERNAL', message: messageOf(error), cause };
  const { code, message, details } = error;
  return { code, message, ...(details === undefined ? {} : { details }), cause };
}

function fromWire({ code, message, details, cause }: z.infer<typeof errorSchema>): AppError {
  return new AppError(code, message, {
    ...(details === undefined ? {} : { details }),
    ...(cause === null ? {} : { cause: new Error(cause) }),
  });
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

async function answerCall(
  method: string,
  input: unknown,
  handlers: Handlers,
  context: CallContext,
): Promise<unknown> {
  if (!isCallName(method))
    throw new AppError('NOT_FOUND', `There is no call ${method}; both sides must have the same version.`);
  const parsed = calls[method].input.safeParse(input);
  if (!parsed.success) {
    throw new AppError('INVALID_INPUT', `Wrong input for ${method}: ${describeIssues(parsed.error)}.`, {
      cause: parsed.error,
    });
  }
  // The lookup loses the link between a name and its input, which the schema has just checked.
  const handler = handlers[method] as (input: unknown, context: CallContext) => Promise<unknown>;
  const output = calls[method].output.safeParse(await handler(parsed.data, context));
  if (!output.success) {
    throw new AppError('INTERNAL', `Wrong output of ${method}: ${describeIssues(output.error)}.`, {
      cause: output.error,
    });
  }
  return output.data;
}

/**
 * Serves `handlers` to one connected client. A client that goes away has its running calls cancelled; one that speaks
 * another version, or sends what is no message, is disconnected before it can do anything.
 */
export function serve(transport: Transport, handlers: Handlers): ServerConnection {
  const running = new Map<number, AbortController>();
  let isOpen = true;
  const send = (message: Message): void => {
    if (isOpen) transport.send(JSON.stringify(message));
  };
  const answer = ({ id, method, input }: Extract<Message, { kind: 'request' }>): void => {
    const controller = new AbortController();
    running.set(id, controller);
    void answerCall(method, input, handlers, { signal: controller.signal })
      .then(
        (output) => send({ kind: 'result', id, output }),
        (error: unknown) => send({ kind: 'error', id, error: toWire(error) }),
      )
      .finally(() => running.delete(id));
  };

  // The client learns from this greeting why it is disconnected, if it is.
  transport.send(hello());
  transport.onClose(() => {
    isOpen = false;
    for (const controller of running.values()) controller.abort();
    running.clear();
  });
  transport.onMessage((text) => {
    const message = isOpen ? parseMessage(text) : null;
    if (message === null || (message.kind === 'hello' && message.version !== PROTOCOL_VERSION)) {
      isOpen = false;
      transport.close();
    } else if (message.kind === 'cancel') running.get(message.id)?.abort();
    else if (message.kind === 'request') answer(message);
  });
  return {
    emit: (name, payload) => send({ kind: 'event', name, payload }),
    close: () => transport.close(),
  };
}

interface PendingCall {
  readonly name: CallName;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls that wait for their answer, and how each is settled. */
class PendingCalls {
  readonly #pending = new Map<number, PendingCall>();
  #nextId = 1;
  /** Set once no answer can come any more. */
  #end: AppError | null = null;

  get end(): AppError | null {
    return this.#end;
  }

  add(call: PendingCall): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#pending.set(id, call);
    return id;
  }

  settle(message: Extract<Message, { kind: 'result' | 'error' }>): void {
    const call = this.#pending.get(message.id);
    if (call === undefined) return;
    this.#pending.delete(message.id);
    if (message.kind === 'error') {
      call.reject(fromWire(message.error));
      return;
    }
    const output = calls[call.name].output.safeParse(message.output);
    if (output.success) call.resolve(output.data);
    else {
      call.reject(
        new AppError(
          'INTERNAL',
          `The answer to ${call.name} has the wrong shape: ${describeIssues(output.error)}.`,
        ),
      );
    }
  }

  /** The first reason stays: that the connection closed follows from it. */
  failAll(error: AppError): void {
    this.#end ??= error;
    for (const call of this.#pending.values()) call.reject(this.#end);
    this.#pending.clear();
  }
}

/** Event listeners by name. Payloads are checked before anybody hears of them. */
class EventListeners {
  readonly #listeners = new Map<EventName, Set<(payload: unknown) => void>>();

  add(name: EventName, listener: (payload: unknown) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener);
    return () => void set.delete(listener);
  }

  /** False when the payload is not what the event carries. */
  dispatch(name: string, payload: unknown): boolean {
    if (!isEventName(name)) return true;
    const parsed = events[name].payload.safeParse(payload);
    if (!parsed.success) return false;
    for (const listener of this.#listeners.get(name) ?? []) listener(parsed.data);
    return true;
  }
}

/** A client over any transport. Calls pending when the connection closes fail with UNAVAILABLE. */
export function createClient(transport: Transport): Client {
  const pending = new PendingCalls();
  const listeners = new EventListeners();
  const disconnect = (error: AppError): void => {
    pending.failAll(error);
    transport.close();
  };
  const garbage = (): AppError =>
    new AppError('INTERNAL', 'The application sent something that is not a message of this protocol.');

  transport.send(hello());
  transport.onClose(() =>
    pending.failAll(new AppError('UNAVAILABLE', 'The connection to the application closed; try again.')),
  );
  transport.onMessage((text) => {
    const message = parseMessage(text);
    if (message === null) disconnect(garbage());
    else if (message.kind === 'hello' && message.version !== PROTOCOL_VERSION)
      disconnect(otherVersion(message.version));
    else if (message.kind === 'result' || message.kind === 'error') pending.settle(message);
    else if (message.kind === 'event' && !listeners.dispatch(message.name, message.payload))
      disconnect(garbage());
  });

  return {
    call: async (name, input, { signal } = {}) => {
      throwIfAborted(signal);
      if (pending.end !== null) throw pending.end;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const id = pending.add({ name, resolve, reject });
      const cancel = (): void => transport.send(JSON.stringify({ kind: 'cancel', id } satisfies Message));
      signal?.addEventListener('abort', cancel, { once: true });
      try {
        transport.send(JSON.stringify({ kind: 'request', id, method: name, input } satisfies Message));
        // `settle` has checked the output with this call's schema.
        return (await promise) as CallOutput<typeof name>;
      } finally {
        signal?.removeEventListener('abort', cancel);
      }
    },
    // `dispatch` parses the payload with this event's schema before it calls the listener.
    on: (name, listener) => listeners.add(name, listener as (payload: unknown) => void),
    close: () => transport.close(),
  };
}
