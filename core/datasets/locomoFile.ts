import { z } from 'zod';
import { dataError, type KeyPath, parseAt } from './dataFile.ts';

/** What LoCoMo's JSON holds, checked; keys the product does not use are let through unread. */

const turnSchema = z.object({
  speaker: z.string().min(1),
  text: z.string(),
  dia_id: z.string().min(1).optional(),
  blip_caption: z.string().nullish(),
});

const conversationSchema = z.object({
  sample_id: z.union([z.string().min(1), z.number()]).optional(),
  conversation: z.record(z.string(), z.unknown()),
  qa: z.array(z.unknown()),
});

const questionSchema = z.object({
  question: z.string().regex(/\S/u, 'must not be empty'),
  answer: z.union([z.string(), z.number()]).nullish(),
  evidence: z.union([z.array(z.string()), z.string().transform((id) => [id])]).nullish(),
});

export const ADVERSARIAL = 5;

export interface FileSession {
  readonly number: number;
  readonly key: string;
  readonly date: string | null;
  readonly turns: readonly z.infer<typeof turnSchema>[];
}

export interface FileQuestion {
  /** Position in the conversation's `qa`. */
  readonly index: number;
  readonly question: string;
  readonly answer: string;
  readonly category: number;
  /** As written, not yet resolved. */
  readonly evidence: readonly string[];
}

export interface FileConversation {
  readonly id: string;
  readonly sessions: readonly FileSession[];
  /** Without the adversarial ones. */
  readonly questions: readonly FileQuestion[];
  readonly adversarialCount: number;
}

interface Place {
  readonly file: string;
  readonly path: KeyPath;
}

const within = (place: Place, ...keys: KeyPath): Place => ({ ...place, path: [...place.path, ...keys] });

/** A missing or unreadable category counts as 1 (reference 1.2); a number that names none is an error. */
function readCategory(value: unknown, { file, path }: Place): number {
  const isWholeNumber =
    typeof value === 'number' || (typeof value === 'string' && /^\s*[+-]?\d+\s*$/u.test(value));
  const category = isWholeNumber ? Math.trunc(Number(value)) : 1;
  if (category < 1 || category > ADVERSARIAL)
    throw dataError(file, path, `is ${category}, which is no LoCoMo category; use 1 to 5`);
  return category;
}

/** Null for an adversarial question, which has no gold answer and is never asked. */
function readQuestion(value: unknown, index: number, place: Place): FileQuestion | null {
  const raw = parseAt(z.object({ category: z.unknown().optional() }), value, place);
  const category = readCategory(raw.category, within(place, 'category'));
  if (category === ADVERSARIAL) return null;
  const { question, answer, evidence } = parseAt(questionSchema, value, place);
  // Of an open-domain answer only what stands before the first semicolon is gold, the rest is its reasoning (8.2).
  const text = String(answer ?? '').trim();
  const gold = category === 3 ? text.replace(/\s*;.*$/su, '') : text;
  if (gold === '')
    throw dataError(
      place.file,
      [...place.path, 'answer'],
      'is missing or empty; add the answer, or remove the question',
    );
  return { index, question, answer: gold, category, evidence: evidence ?? [] };
}

function readSessions(conversation: Record<string, unknown>, place: Place): FileSession[] {
  const sessions: FileSession[] = [];
  for (const key of Object.keys(conversation)) {
    const number = /^session_(\d+)$/u.exec(key)?.[1];
    if (number === undefined) continue;
    const dateKey = `${key}_date_time`;
    const date = parseAt(z.string().nullish(), conversation[dateKey], within(place, dateKey));
    sessions.push({
      number: Number(number),
      key,
      date: date === undefined || date === null || date.trim() === '' ? null : date,
      turns: parseAt(z.array(turnSchema), conversation[key], within(place, key)),
    });
  }
  return sessions
    .filter((session) => session.turns.length > 0)
    .sort((left, right) => left.number - right.number);
}

function readConversation(value: unknown, position: number, file: string): FileConversation {
  const place: Place = { file, path: [position] };
  const raw = parseAt(conversationSchema, value, place);
  const sessions = readSessions(raw.conversation, within(place, 'conversation'));
  if (sessions.length === 0)
    throw dataError(
      file,
      [position, 'conversation'],
      'has no session with turns; add a session_1, or remove the conversation',
    );
  const questions = raw.qa.map((item, index) => readQuestion(item, index, within(place, 'qa', index)));
  const asked = questions.filter((question) => question !== null);
  return {
    // The reference falls back to an object's address, which no later process knows (15.1 #25).
    id: String(raw.sample_id ?? `conversation-${position}`),
    sessions,
    questions: asked,
    adversarialCount: questions.length - asked.length,
  };
}

/** Checks a LoCoMo document. INVALID_INPUT names file and key path of the first fault. */
export function parseLocomoFile(value: unknown, file: string): FileConversation[] {
  const conversations = parseAt(z.array(z.unknown()).min(1), value, { file, path: [] });
  const positions = new Map<string, number>();
  return conversations.map((item, position) => {
    const conversation = readConversation(item, position, file);
    const earlier = positions.get(conversation.id);
    if (earlier !== undefined)
      throw dataError(
        file,
        [position, 'sample_id'],
        `is ${conversation.id}, as at [${earlier}]; give each conversation its own id`,
      );
    positions.set(conversation.id, position);
    return conversation;
  });
}
