import { z } from 'zod';
import { type ChatMessage, readChatDate, readMessage } from './chatMessages.ts';
import { dataError, type DataPlace, faultAt, parseAt } from './dataFile.ts';
import { placeIn, readEntries } from './entries.ts';
import type { OwnTraceLine } from './ownSchema.ts';

/**
 * Exports of chats as traces of this application's own format, without questions. Read are a list of messages, a
 * conversation `{messages}`, lists of either, JSON Lines of conversations, and the exports of ChatGPT (`mapping`) and
 * Claude (`chat_messages`).
 */

export interface ImportedChats {
  readonly traces: readonly OwnTraceLine[];
  /** Messages without text, or of the system or a tool. */
  readonly leftOut: number;
}

const MAX_SPEAKER = 60;

const conversationSchema = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  uuid: z.string().optional(),
  conversation_id: z.string().optional(),
  title: z.string().nullish(),
  name: z.string().nullish(),
  created_at: z.union([z.string(), z.number()]).nullish(),
  create_time: z.union([z.string(), z.number()]).nullish(),
  date: z.union([z.string(), z.number()]).nullish(),
  messages: z.array(z.unknown()).optional(),
  chat_messages: z.array(z.unknown()).optional(),
  mapping: z.record(z.string(), z.unknown()).optional(),
  current_node: z.string().nullish(),
});
type Conversation = z.infer<typeof conversationSchema>;

const nodeSchema = z.looseObject({
  message: z.unknown().optional(),
  parent: z.string().nullish(),
  children: z.array(z.string()).default([]),
});

interface PlacedMessage {
  readonly value: unknown;
  readonly place: DataPlace;
}

/** ChatGPT keeps a tree, in which regenerated replies are branches: the branch that was read last. */
function branchOf({ mapping = {}, current_node }: Conversation, place: DataPlace): PlacedMessage[] {
  const last = current_node ?? Object.keys(mapping).at(-1) ?? null;
  const branch: PlacedMessage[] = [];
  const seen = new Set<string>();
  for (let id = last; id !== null && !seen.has(id);) {
    seen.add(id);
    const at = { ...place, path: [...place.path, 'mapping', id] };
    if (mapping[id] === undefined)
      throw faultAt(at, 'is missing, though another message names it; fetch the export again');
    const node = parseAt(nodeSchema, mapping[id], at);
    if (node.message !== undefined && node.message !== null)
      branch.push({ value: node.message, place: { ...at, path: [...at.path, 'message'] } });
    id = node.parent ?? null;
  }
  return branch.reverse();
}

function listed(values: readonly unknown[], place: DataPlace, key: string | null): PlacedMessage[] {
  const path = key === null ? place.path : [...place.path, key];
  return values.map((value, index) => ({ value, place: { ...place, path: [...path, index] } }));
}

function messagesOf(conversation: Conversation, place: DataPlace): PlacedMessage[] {
  const { messages, chat_messages, mapping } = conversation;
  if (messages !== undefined) return listed(messages, place, 'messages');
  if (chat_messages !== undefined) return listed(chat_messages, place, 'chat_messages');
  if (mapping !== undefined) return branchOf(conversation, place);
  throw faultAt(place, 'is no conversation: it has no messages (nor chat_messages nor mapping)');
}

/** Conversations become traces; ids are made unique. */
export class ChatCollector {
  readonly traces: OwnTraceLine[] = [];
  readonly #ids = new Set<string>();
  leftOut = 0;

  add(named: string | null, messages: readonly (ChatMessage | null)[], date: string | null): void {
    const heard = messages.filter((message) => message !== null);
    this.leftOut += messages.length - heard.length;
    if (heard.length === 0) return;
    this.traces.push({
      id: this.#uniqueId(named),
      turns: heard.map((message) => {
        const when = message.date ?? date;
        return {
          speaker: message.speaker.slice(0, MAX_SPEAKER),
          text: message.text,
          ...(when === null ? {} : { date: when }),
        };
      }),
      questions: [],
    });
  }

  #uniqueId(named: string | null): string {
    const base = (named ?? '').trim().slice(0, 150) || `chat-${this.#ids.size + 1}`;
    let id = base;
    for (let number = 2; this.#ids.has(id); number += 1) id = `${base} (${number})`;
    this.#ids.add(id);
    return id;
  }
}

function addConversation(value: unknown, place: DataPlace, into: ChatCollector): void {
  if (Array.isArray(value)) {
    into.add(
      null,
      listed(value, place, null).map((one) => readMessage(one.value, one.place)),
      null,
    );
    return;
  }
  const conversation = parseAt(conversationSchema, value, place);
  const { title, name, id, uuid, conversation_id, created_at, create_time, date } = conversation;
  const names = [title, name, conversation_id, uuid, id];
  const named = names.find((one) => one !== undefined && one !== null && one !== '') ?? null;
  const messages = messagesOf(conversation, place).map((one) => readMessage(one.value, one.place));
  into.add(
    named === null ? null : String(named),
    messages,
    readChatDate(created_at ?? create_time ?? date, place),
  );
}

function isMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !('messages' in value || 'chat_messages' in value || 'mapping' in value);
}

/**
 * Reads an export of chats, a conversation at a time.
 *
 * @throws AppError NOT_FOUND; INVALID_INPUT naming line and key path, also when nothing was said in it.
 */
export async function importChats(file: string, signal?: AbortSignal): Promise<ImportedChats> {
  const chats = new ChatCollector();
  const loose: (ChatMessage | null)[] = [];
  for await (const { value, place } of readEntries(file, { signal, isOnce: true })) {
    const at = placeIn(file, place);
    // A list of messages is one conversation.
    if (isMessage(value)) loose.push(readMessage(value, at));
    else addConversation(value, at, chats);
  }
  chats.add(null, loose, null);
  if (chats.traces.length === 0)
    throw dataError(file, [], 'holds no message of anybody; name an export of chats');
  return { traces: chats.traces, leftOut: chats.leftOut };
}
