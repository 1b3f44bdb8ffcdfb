import type { CompletionRequest } from '../../models/languageModel.ts';
import type { ReplySchema } from '../../models/replySchema.ts';
import { sha256Hex } from '../../shared/contentHash.ts';
import { ANSWERER_RULES } from './answererPrompt.ts';
import { EXECUTOR_RULES } from './executorPrompt.ts';

/**
 * What a scripted model says to count calls by: every reply is usable and follows from the request alone. The executor
 * keeps some lines of the text for each skill that inserts, other lines for another skill; the answerer gives a word that
 * follows from the memory on top, so that an answer changes when that memory does and is never right; the designer adds a
 * skill for every cluster. All answers fail, and so are judged: no model makes a run ask more, its replies being usable.
 */
export function readingScript(request: CompletionRequest): string {
  const [system] = request.messages;
  const text = request.messages.at(-1)?.content ?? '';
  const { schema } = request;
  if (schema === undefined) return '';
  if (system?.content === EXECUTOR_RULES) return JSON.stringify({ actions: insertsOf(text, schema) });
  if (system?.content === ANSWERER_RULES) return JSON.stringify({ answer: answerTo(text) });
  return JSON.stringify(firstOf(schema, wordOf(text)));
}

const LINES_OF_A_SKILL = 3;
const TEXT = /<text>\n([\s\S]*)\n<\/text>/u;
const TOP_MEMORY = /<memories>\n- (.*)/u;
const INSTRUCTION = 'Purpose: Keep one kind of facts.\n\nWhen to use:\n- The text tells such a fact.';

/** A word that is in no text. */
function wordOf(text: string): string {
  return `w${sha256Hex(text).slice(0, 10)}`;
}

function answerTo(text: string): string {
  return wordOf(TOP_MEMORY.exec(text)?.[1] ?? '');
}

type ObjectSchema = Extract<ReplySchema, { readonly properties: unknown }>;
const isObject = (schema: ReplySchema): schema is ObjectSchema => 'properties' in schema;

/** The form of the action that inserts; null when no selected skill does. */
function insertSchema(schema: ReplySchema): ObjectSchema | null {
  const actions = isObject(schema) ? schema.properties['actions'] : undefined;
  const items = actions !== undefined && 'items' in actions ? actions.items : undefined;
  const forms = items !== undefined && 'oneOf' in items ? items.oneOf.filter(isObject) : [];
  return (
    forms.find(
      ({ properties: { type } }) => type !== undefined && 'const' in type && type.const === 'insert',
    ) ?? null
  );
}

function insertsOf(text: string, schema: ReplySchema): unknown[] {
  const form = insertSchema(schema);
  const { text: limit, skill } = form?.properties ?? {};
  if (limit === undefined || !('maxLength' in limit) || skill === undefined || !('enum' in skill)) return [];
  const lines = (TEXT.exec(text)?.[1] ?? '').split('\n').filter((line) => line.trim().length > 0);
  return skill.enum.flatMap((name) => {
    const from = Number.parseInt(sha256Hex(String(name)).slice(0, 6), 16) % Math.max(1, lines.length);
    const kept = [...lines.slice(from), ...lines.slice(0, from)].slice(0, LINES_OF_A_SKILL);
    return kept.map((line) => ({ type: 'insert', text: line.slice(0, limit.maxLength), skill: name }));
  });
}

/** The first value a schema has, with `word` in its texts. */
function firstOf(schema: ReplySchema, word: string, name = ''): unknown {
  if ('const' in schema) return schema.const;
  if ('enum' in schema)
    return name === 'fix' && schema.enum.includes('add_skill') ? 'add_skill' : schema.enum[0];
  if ('oneOf' in schema) return schema.oneOf[0] === undefined ? null : firstOf(schema.oneOf[0], word);
  switch (schema.type) {
    case 'boolean':
      return true;
    case 'array':
      return schema.maxItems === 0 ? [] : [firstOf(schema.items, word)];
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties).map(([key, value]) => [key, firstOf(value, word, key)]),
      );
    case 'string':
      return (name === 'instruction' ? `Skill: ${word}\n\n${INSTRUCTION}` : `keep ${word}`).slice(
        0,
        schema.maxLength,
      );
  }
}
