import { z } from 'zod';
import { AppError, ERROR_CODES, messageOf } from '../shared/errors.ts';
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
export const PROTOCOL_VERSION = 1;

/** Moves text between two ends. */
export interface Transport {
  send(text: string): void;
  /** At most one listener; messages that arrive before it is set are kept. */
  onMessage(listener: (text: string) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

const errorSchema = z.object({
  code: z.enum(ERROR_CODES),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
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

function parseMessage(text: string): Message {
  try {
    return messageSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      'The other side sent something that is not a message of this protocol.',
      { cause },
    );
  }
}

function toWire(error: unknown): z.infer<typeof errorSchema> {
  if (error instanceof AppError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.details === undefined ? {} : { details: error.details }),
    };
  }
  return { code: 'INTERNAL', message: messageOf(error) };
}

function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`).join('; ');
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

/** Serves `handlers` to one connected client; a client that goes away has its running calls cancelled. */
export function serve(transport: Transport, handlers: Handlers): ServerConnection {
  const running = new Map<number, AbortController>();
  let isOpen = true;
  const send = (message: Message): void => {
    if (isOpen) transport.send(JSON.stringify(message));
  };

  transport.onClose(() => {
    isOpen = false;
    for (const controller of running.values()) controller.abort();
    running.clear();
  });
  transport.onMessage((text) => {
    const message = parseMessage(text);
    if (message.kind === 'cancel') running.get(message.id)?.abort();
    if (message.kind !== 'request') return;
    const controller = new AbortController();
    running.set(message.id, controller);
    void answerCall(message.method, message.input, handlers, { signal: controller.signal })
      .then(
        (output) => send({ kind: 'result', id: message.id, output }),
        (error: unknown) => send({ kind: 'error', id: message.id, error: toWire(error) }),
      )
      .finally(() => running.delete(message.id));
  });
  send({ kind: 'hello', version: PROTOCOL_VERSION });
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

/** A client over any transport. Calls pending when the connection closes fail with UNAVAILABLE. */
export function createClient(transport: Transport): Client {
  const pending = new Map<number, PendingCall>();
  const listeners = new Map<EventName, Set<(payload: unknown) => void>>();
  let nextId = 1;
  let closedBy: AppError | null = null;

  const failAll = (error: AppError): void => {
    closedBy = error;
    for (const call of pending.values()) call.reject(error);
    pending.clear();
  };
  const settle = (message: Extract<Message, { kind: 'result' | 'error' }>): void => {
    const call = pending.get(message.id);
    if (call === undefined) return;
    pending.delete(message.id);
    if (message.kind === 'error') {
      const { code, message: text, details } = message.error;
      call.reject(new AppError(code, text, details === undefined ? {} : { details }));
      return;
    }
    const output = calls[call.name].output.safeParse(message.output);
    if (output.success) call.resolve(output.data);
    else
      call.reject(
        new AppError(
          'INTERNAL',
          `The answer to ${call.name} has the wrong shape: ${describeIssues(output.error)}.`,
        ),
      );
  };
  const dispatch = (name: string, payload: unknown): void => {
    if (!isEventName(name)) return;
    const parsed = events[name].payload.parse(payload);
    for (const listener of listeners.get(name) ?? []) listener(parsed);
  };

  transport.onClose(() =>
    failAll(new AppError('UNAVAILABLE', 'The connection to the application closed; try again.')),
  );
  transport.onMessage((text) => {
    const message = parseMessage(text);
    if (message.kind === 'hello' && message.version !== PROTOCOL_VERSION) {
      failAll(
        new AppError(
          'CONFLICT',
          `The other side speaks protocol ${message.version}, this one ${PROTOCOL_VERSION}; use one version of the application.`,
        ),
      );
      transport.close();
    }
    if (message.kind === 'result' || message.kind === 'error') settle(message);
    if (message.kind === 'event') dispatch(message.name, message.payload);
  });

  return {
    call: (name, input, options = {}) =>
      new Promise((resolve, reject) => {
        if (closedBy !== null) {
          reject(closedBy);
          return;
        }
        const id = nextId;
        nextId += 1;
        // `settle` has checked the output with this call's schema before it resolves.
        pending.set(id, { name, resolve: resolve as (output: unknown) => void, reject });
        options.signal?.addEventListener(
          'abort',
          () => transport.send(JSON.stringify({ kind: 'cancel', id })),
          { once: true },
        );
        transport.send(JSON.stringify({ kind: 'request', id, method: name, input }));
        if (options.signal?.aborted === true) transport.send(JSON.stringify({ kind: 'cancel', id }));
      }),
    on: (name, listener) => {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      // `dispatch` parses the payload with this event's schema before it calls the listener.
      const untyped = listener as (payload: unknown) => void;
      set.add(untyped);
      return () => void set.delete(untyped);
    },
    close: () => transport.close(),
  };
}
