import { AppError } from '../shared/errors.ts';
import { contentHash } from '../shared/contentHash.ts';
import { questionKey } from './contentKeys.ts';
import { faultAt } from './dataFile.ts';
import { type Entry, placeIn, readEntries } from './entries.ts';
import { distractorId, distractorQuestion, parseDistractor } from './hotpotDistractor.ts';
import { parseLongContext } from './hotpotLongContext.ts';
import { HOTPOT_CATEGORIES, TEST_SUFFIX, underId } from './hotpotText.ts';
import type { DistractorRecipe, EntryRange, LoadedDataset } from './loadedDataset.ts';
import { formatOf, refuseOtherFormat } from './recognise.ts';
import type { SpanOptions } from './sessionSpans.ts';
import { drawSplits, readSplitFile, refuseOverlap } from './splits.ts';
import type { Question, Splits, TraceOutline } from './trace.ts';

/** HotpotQA: one question a trace, about documents (reference 1.4). Traces are read from the file when they are needed. */

export interface HotpotOptions {
  readonly spans: SpanOptions;
  /** A second file in the same form, which becomes the test split; the first one is then trained on as a whole. */
  readonly testFile: string | null;
  readonly splitFile: string | null;
  /** Documents in a context, of the official form; null: those that come with the question. */
  readonly documents: number | null;
  /** Draws the documents that fill a context up. */
  readonly contextSeed: number;
  readonly signal?: AbortSignal | undefined;
}

const DRAWN_SHARES = { validation: 0.2, test: 0.2 };

class Index {
  readonly traces: TraceOutline[] = [];
  readonly entries = new Map<string, EntryRange>();
  readonly contentKeys = new Map<string, string[]>();
  readonly unresolved: { questionId: string; id: string }[] = [];
  readonly all: EntryRange[] = [];
  readonly pool: { entry: number; document: number }[] = [];
  readonly #titles = new Set<string>();
  #isDistractor: boolean | null = null;
  leftOut = 0;

  get isDistractor(): boolean {
    return this.#isDistractor === true;
  }

  /** Different documents in all files. */
  get documents(): number {
    return this.pool.length;
  }

  take(entry: Entry, file: string): string | null {
    const isDistractor = formatOf(entry.value) === 'hotpotqa-distractor';
    this.#isDistractor ??= isDistractor;
    if (isDistractor !== this.#isDistractor)
      throw faultAt(
        placeIn(file, entry.place),
        'is in the other form of HotpotQA than what comes before; put both forms into files of their own',
      );
    return isDistractor ? this.#takeDistractor(entry, file) : this.#takeLongContext(entry, file);
  }

  #takeDistractor(entry: Entry, file: string): string {
    const parsed = parseDistractor(entry.value, file, entry.place);
    const { question, unresolved } = distractorQuestion(parsed);
    const number = this.all.length;
    for (const [document, [title]] of parsed.context.entries()) {
      if (this.#titles.has(title)) continue;
      this.#titles.add(title);
      this.pool.push({ entry: number, document });
    }
    this.unresolved.push(...unresolved.map((id) => ({ questionId: question.id, id })));
    return this.#add(distractorId(parsed), [question], { entry, file, key: '_id', asked: parsed.question });
  }

  #takeLongContext(entry: Entry, file: string): string | null {
    const { id, questions, question } = parseLongContext(entry.value, file, entry.place);
    if (questions.length === 0) {
      this.leftOut += 1;
      return null;
    }
    return this.#add(id, questions, { entry, file, key: 'index', asked: question });
  }

  #add(
    id: string,
    questions: readonly Question[],
    of: { readonly entry: Entry; readonly file: string; readonly key: string; readonly asked: string },
  ): string {
    const { start, end, place } = of.entry;
    const range: EntryRange = { file: of.file, start, end, place };
    const earlier = this.entries.get(id);
    if (earlier?.file === of.file)
      throw faultAt(
        placeIn(of.file, place, of.key),
        `is that of ${id}, as in entry ${earlier.place.position}; give each question its own`,
      );
    const own = earlier === undefined ? id : `${id}${TEST_SUFFIX}`;
    this.entries.set(own, range);
    this.all.push(range);
    this.contentKeys.set(own, [questionKey(of.asked)]);
    this.traces.push({ id: own, questions: underId(questions, own) });
    return own;
  }
}

async function readInto(
  index: Index,
  file: string,
  signal: AbortSignal | undefined,
): Promise<{ ids: string[]; hash: string }> {
  const ids: string[] = [];
  const reading = readEntries(file, { signal });
  for (;;) {
    const next = await reading.next();
    if (next.done === true) return { ids, hash: next.value.hash };
    if (next.value.place.position === 0) refuseOtherFormat(next.value.value, 'hotpotqa', file);
    const id = index.take(next.value, file);
    if (id !== null) ids.push(id);
  }
}

function recipeOf(
  index: Index,
  { documents, contextSeed }: HotpotOptions,
  file: string,
): DistractorRecipe | null {
  if (!index.isDistractor) {
    if (documents === null) return null;
    throw new AppError(
      'INVALID_INPUT',
      `contextDocuments (--context-documents) is ${documents}, but the contexts of ${file} are whole already; leave it out.`,
      { details: { keys: ['contextDocuments'] } },
    );
  }
  if (documents !== null && documents > index.documents)
    throw new AppError(
      'INVALID_INPUT',
      `contextDocuments (--context-documents) is ${documents}, but ${file} has only ${index.documents} different documents; ask for fewer, or name a larger file.`,
      { details: { keys: ['contextDocuments'] } },
    );
  return { documents, seed: contextSeed, entries: index.all, pool: index.pool };
}

/**
 * Looks through a file in one of HotpotQA's forms. NOT_FOUND for a missing file, INVALID_INPUT with file and key path for
 * anything the form does not allow, and for a question in two splits.
 */
export async function loadHotpotQa(file: string, options: HotpotOptions): Promise<LoadedDataset> {
  const index = new Index();
  const { ids, hash } = await readInto(index, file, options.signal);
  const test = options.testFile === null ? null : await readInto(index, options.testFile, options.signal);
  const splits: Splits =
    test !== null
      ? { train: ids, validation: [], test: test.ids }
      : options.splitFile !== null
        ? readSplitFile(options.splitFile, ids)
        : drawSplits(ids, DRAWN_SHARES);
  refuseOverlap(splits, index.contentKeys, options.testFile ?? file);
  return {
    name: 'hotpotqa',
    fileHash: test === null ? hash : contentHash([hash, test.hash]),
    traces: index.traces,
    source: {
      kind: 'file',
      format: 'hotpotqa',
      spans: options.spans,
      entries: index.entries,
      recipe: recipeOf(index, options, file),
      categories: new Map(),
    },
    contentKeys: index.contentKeys,
    splits,
    categories: HOTPOT_CATEGORIES,
    days: null,
    report: {
      adversarialQuestions: 0,
      compoundEvidenceIds: 0,
      unresolvedEvidenceIds: index.unresolved,
      questionsWithoutEvidence: index.traces.filter(({ questions }) => questions[0]?.evidence.length === 0)
        .length,
      notes: [
        ...(test === null && options.splitFile === null
          ? [
              'Neither a test file nor a splits file was named: a fifth of the questions each is drawn for validation and test.',
            ]
          : []),
        ...(index.leftOut === 0
          ? []
          : [`${index.leftOut} entries without a question or an answer are left out.`]),
      ],
    },
  };
}
