import type { ChatMessage } from '../languageModel.ts';
import { required } from '../../shared/assertions.ts';
import type { ReplySchema } from '../replySchema.ts';

/**
 * How a server is held to a schema: by its own grammar, to any JSON, or by words alone. From strict to plain: what a
 * server refuses, the next one may do.
 */
export const REPLY_FORMATS = ['json_schema', 'json_object', 'words'] as const;
export type ReplyFormat = (typeof REPLY_FORMATS)[number];

/** The next plainer one; null at the end. */
export function plainerFormat(format: ReplyFormat): ReplyFormat | null {
  return REPLY_FORMATS[REPLY_FORMATS.indexOf(format) + 1] ?? null;
}

/** Members of the request's body. */
export function formatFields(format: ReplyFormat, schema: ReplySchema): Readonly<Record<string, unknown>> {
  switch (format) {
    case 'json_schema':
      return {
        response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema } },
      };
    case 'json_object':
      return { response_format: { type: 'json_object' } };
    case 'words':
      return {};
  }
}

/** The schema in words, at the end of the last message: what stands before stays in the server's prefix cache. */
export function describeSchema(messages: readonly ChatMessage[], schema: ReplySchema): ChatMessage[] {
  const last = required(messages.at(-1), 'a last message');
  const words =
    'Reply with a single JSON value and nothing else: no explanation, no code fence. ' +
    `It has to satisfy this JSON Schema:\n${JSON.stringify(schema)}`;
  return [...messages.slice(0, -1), { role: last.role, content: `${last.content}\n\n${words}` }];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Which character is wrong does not matter.
    return false;
  }
}

/** The first object of balanced braces, braces in strings not counted; null when there is none. */
function firstObject(text: string): string | null {
  const start = text.indexOf('{');
  if (start === -1) return null;
  let depth = 0;
  let isInString = false;
  for (let i = start; i < text.length; i += 1) {
    const character = text[i];
    if (isInString) {
      if (character === '\\') i += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return text.slice(start, i + 1);
    }
  }
  return null;
}

/**
 * The JSON in a reply of a model that was only asked for it: the whole reply, a fenced block, or the first object. The
 * reply itself when there is none, to be refused as what it is.
 */
export function extractJson(reply: string): string {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)```/iu.exec(reply)?.[1];
  const candidates = [reply, fenced, firstObject(reply)];
  return candidates.find((one) => typeof one === 'string' && isJson(one))?.trim() ?? reply;
}
