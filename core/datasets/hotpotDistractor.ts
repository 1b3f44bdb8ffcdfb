import { z } from 'zod';
import { required } from '../shared/assertions.ts';
import { sha256Hex } from '../shared/contentHash.ts';
import { createRng, type Rng } from '../shared/rng.ts';
import { parseAt, faultAt } from './dataFile.ts';
import { type EntryPlace, placeIn } from './entries.ts';
import { type Context, readContext } from './hotpotText.ts';
import type { DistractorRecipe } from './loadedDataset.ts';
import type { EntryTrace } from './longMemEval.ts';
import type { Question, Trace } from './trace.ts';

/**
 * HotpotQA in its official form: a question with ten documents, two of which hold its supporting facts. Larger contexts,
 * as the long-context variant has them, are put together here: the question's own documents and others of the file, in an
 * order drawn for the question.
 */

const entrySchema = z.object({
  _id: z.string().min(1).nullish(),
  question: z.string().regex(/\S/u, 'must not be empty'),
  answer: z.string().regex(/\S/u, 'must not be empty'),
  type: z.string().nullish(),
  context: z.array(z.tuple([z.string(), z.array(z.string())])).min(1),
  supporting_facts: z.array(z.tuple([z.string(), z.number().int()])).default([]),
});

export type DistractorEntry = z.infer<typeof entrySchema>;

/** A title and its sentences. */
export type Document = DistractorEntry['context'][number];

/** @throws AppError INVALID_INPUT naming file and key path. */
export function parseDistractor(value: unknown, file: string, place: EntryPlace): DistractorEntry {
  const entry = parseAt(entrySchema, value, placeIn(file, place));
  if (entry.context.every(([, sentences]) => sentences.every((sentence) => sentence.trim() === '')))
    throw faultAt(placeIn(file, place, 'context'), 'has no text; add documents, or remove the question');
  return entry;
}

export function distractorId({ _id, question }: DistractorEntry): string {
  return `hotpotqa_${_id ?? sha256Hex(question).slice(0, 12)}`;
}

function categoryOf({ type }: DistractorEntry): number {
  return type === 'bridge' ? 1 : type === 'comparison' ? 2 : 3;
}

/**
 * The question, with its supporting facts as evidence: `[title, sentence]`. Facts are named by title and place, whatever
 * context they end up in; a fact that names no sentence (the published data has some) is unresolved.
 */
export function distractorQuestion(entry: DistractorEntry): { question: Question; unresolved: string[] } {
  const id = distractorId(entry);
  const known = new Set(
    entry.context.flatMap(([title, sentences]) => sentences.map((_, at) => factId(title, at))),
  );
  const facts = [...new Set(entry.supporting_facts.map(([title, at]) => factId(title, at)))];
  return {
    question: {
      id: `${id}_0`,
      index: 0,
      text: entry.question,
      golds: [entry.answer],
      category: categoryOf(entry),
      evidence: facts.filter((fact) => known.has(fact)),
      date: null,
    },
    unresolved: facts.filter((fact) => !known.has(fact)),
  };
}

function factId(title: string, sentence: number): string {
  return `${title}#${sentence}`;
}

function contextOf(documents: readonly Document[]): Context {
  const pieces: Context['pieces'][number][] = [];
  let text = '';
  for (const [at, [title, sentences]] of documents.entries()) {
    text += `${at === 0 ? '' : '\n\n'}Document ${at + 1}: ${title}\n`;
    for (const [index, sentence] of sentences.entries()) {
      const start = text.length;
      text += sentence;
      pieces.push({
        id: factId(title, index),
        start,
        end: text.length,
        speaker: title,
        text: sentence.trim(),
      });
    }
  }
  return { text, pieces };
}

/** The documents of a question; where there is room for fewer, those with its facts first. */
function ownDocuments(
  { context, supporting_facts }: DistractorEntry,
  room: number | null,
): readonly Document[] {
  if (room === null || context.length <= room) return context;
  const titles = new Set(supporting_facts.map(([title]) => title));
  const hasFacts = ([title]: Document): boolean => titles.has(title);
  return [...context.filter(hasFacts), ...context.filter((document) => !hasFacts(document))].slice(0, room);
}

/** Others of the pool, none of a title that is there already, drawn without replacement. */
async function drawOthers(
  own: readonly Document[],
  count: number,
  from: {
    readonly recipe: DistractorRecipe;
    readonly rng: Rng;
    readonly entryAt: (entry: number) => Promise<DistractorEntry>;
  },
): Promise<Document[]> {
  const { recipe, rng, entryAt } = from;
  const titles = new Set(own.map(([title]) => title));
  const others: Document[] = [];
  for (const { entry, document } of rng.shuffle(recipe.pool)) {
    if (others.length >= count) break;
    const found = required((await entryAt(entry)).context[document], 'document of the pool');
    if (titles.has(found[0])) continue;
    titles.add(found[0]);
    others.push(found);
  }
  return others;
}

/**
 * The trace of a question in a context of the recipe's size. The context depends on the file, the seed, the size and the
 * question, and on nothing else.
 *
 * @param read Gives another entry of the file.
 */
export async function distractorTrace(
  value: unknown,
  around: EntryTrace & {
    readonly recipe: DistractorRecipe;
    readonly read: (entry: number) => Promise<unknown>;
  },
): Promise<Trace> {
  const { file, place, spans, recipe } = around;
  const entry = parseDistractor(value, file, place);
  const id = distractorId(entry);
  const { question } = distractorQuestion(entry);
  const own = ownDocuments(entry, recipe.documents);
  let documents: readonly Document[] = own;
  if (recipe.documents !== null) {
    const rng = createRng('hotpotContext', recipe.seed, recipe.documents, id);
    const entryAt = async (at: number): Promise<DistractorEntry> =>
      parseDistractor(await around.read(at), file, required(recipe.entries[at], 'entry').place);
    const others = await drawOthers(own, recipe.documents - own.length, { recipe, rng, entryAt });
    documents = rng.shuffle([...own, ...others]);
  }
  return { id, questions: [question], ...readContext(contextOf(documents), spans) };
}
