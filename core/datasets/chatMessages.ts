import { z } from 'zod';
import { type DataPlace, faultAt } from './dataFile.ts';

/**
 * Messages of exported chats, whoever wrote them: `{role, content}` and the names that common exports have for the two.
 */

export interface ChatMessage {
  readonly speaker: string;
  readonly text: string;
  /** `2025-03-01T08:15`, in UTC; null where the export has no date. */
  readonly date: string | null;
}

const partSchema = z.union([z.string(), z.looseObject({ text: z.string() })]);

const messageSchema = z.looseObject({
  role: z.string().optional(),
  sender: z.string().optional(),
  author: z.union([z.string(), z.looseObject({ role: z.string() })]).optional(),
  content: z
    .union([z.string(), z.array(z.unknown()), z.looseObject({ parts: z.array(z.unknown()).optional() })])
    .nullish(),
  text: z.string().nullish(),
  created_at: z.union([z.string(), z.number()]).nullish(),
  create_time: z.union([z.string(), z.number()]).nullish(),
  timestamp: z.union([z.string(), z.number()]).nullish(),
  date: z.union([z.string(), z.number()]).nullish(),
});
type Message = z.infer<typeof messageSchema>;

/** Who neither said nor heard anything: instructions, and what tools gave back. */
const UNHEARD = new Set(['system', 'tool', 'function', 'developer']);

function roleOf({ role, sender, author }: Message): string | null {
  return role ?? sender ?? (typeof author === 'string' ? author : author?.role) ?? null;
}

function joinParts(parts: readonly unknown[]): string {
  return parts
    .flatMap((part) => {
      const read = partSchema.safeParse(part);
      // Pictures and files have no text.
      if (!read.success) return [];
      return [typeof read.data === 'string' ? read.data : read.data.text];
    })
    .join('\n');
}

function textOf({ content, text }: Message): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return joinParts(content);
  return content?.parts === undefined ? (text ?? '') : joinParts(content.parts);
}

/** Later than any time in seconds, earlier than any in milliseconds since 1973. */
const LEAST_MILLISECONDS = 1e11;

/** `2025-03-01T08:15` of a time as exports write it; a day stays a day. @throws AppError INVALID_INPUT when unreadable. */
export function readChatDate(value: string | number | null | undefined, place: DataPlace): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/u.test(value)) return value;
  const date = new Date(typeof value === 'number' && value < LEAST_MILLISECONDS ? value * 1000 : value);
  if (Number.isNaN(date.getTime()))
    throw faultAt(
      place,
      `is ${JSON.stringify(value).slice(0, 60)}, which is no date; write it as 2025-03-01T08:15:00Z`,
    );
  return date.toISOString().slice(0, 16);
}

/** Null for what nobody said: no text, or of the system. @throws AppError INVALID_INPUT naming the key path. */
export function readMessage(value: unknown, place: DataPlace): ChatMessage | null {
  const parsed = messageSchema.safeParse(value);
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.map((key) => (typeof key === 'number' ? key : String(key))) ?? [];
    throw faultAt(
      { ...place, path: [...place.path, ...at] },
      'is not as in a message: it has a role and a content',
    );
  }
  const role = roleOf(parsed.data);
  if (role === null) throw faultAt(place, 'has no role (nor sender nor author); say who wrote it');
  const text = textOf(parsed.data).trim();
  if (text === '' || UNHEARD.has(role.toLowerCase())) return null;
  const { created_at, create_time, timestamp, date } = parsed.data;
  return { speaker: role, text, date: readChatDate(created_at ?? create_time ?? timestamp ?? date, place) };
}
