import type { Question, Trace } from '../datasets/trace.ts';
import type { MemoryRecord } from '../memory/memoryBank.ts';

/**
 * The share of a question's evidence turns whose span wrote one of the memories that were retrieved for it, in [0, 1]; of
 * HotpotQA, whose turns are sentences, this is the recall of supporting facts. Null without evidence.
 */
export function evidenceRecall(
  { evidence }: Pick<Question, 'evidence'>,
  { spans }: Pick<Trace, 'spans'>,
  retrieved: readonly Pick<MemoryRecord, 'spanIndex' | 'history'>[],
): number | null {
  if (evidence.length === 0) return null;
  const written = new Set(
    retrieved.flatMap(({ spanIndex, history }) => [spanIndex, ...history.map((one) => one.spanIndex)]),
  );
  const found = new Set(spans.filter(({ index }) => written.has(index)).flatMap(({ turnIds }) => turnIds));
  return evidence.filter((id) => found.has(id)).length / evidence.length;
}
