/** What a span is called; `spanIndex` counts from 0, people from 1. A trace that was cut has turns without a span. */
export function spanName(spanIndex: number): string {
  return spanIndex < 0 ? 'no span' : `span ${spanIndex + 1}`;
}
