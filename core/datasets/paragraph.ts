/** HotpotQA puts its documents into one string, each behind such a marker (reference 1.4). */
const DOCUMENT_MARKER = /(?=\bDocument \d+:)/u;
const BLANK_LINE = /\n\s*\n/u;

/** Cuts in front of each `Document <n>:`, or at blank lines where there is no marker; trimmed, without empty ones. */
export function splitParagraphs(text: string): string[] {
  const separator = DOCUMENT_MARKER.test(text) ? DOCUMENT_MARKER : BLANK_LINE;
  return text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
