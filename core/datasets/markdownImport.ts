import { readFile } from 'node:fs/promises';
import { ChatCollector, type ImportedChats } from './chatImport.ts';
import type { ChatMessage } from './chatMessages.ts';
import { dataError, unreadableFile } from './dataFile.ts';
import { readIsoTime } from './isoTime.ts';

/**
 * A transcript in Markdown as one trace. Rules: a turn begins at `**Name:**`, at a heading that is a role (`## User`), or
 * at `Name:` where the name is a role or the transcript begins so; a line that holds a date (`# 2025-03-01`,
 * `Date: 2025-03-01 08:15`) dates what follows; the first other heading is the title; what comes before the first turn
 * belongs to nobody and is left out.
 */

const MAX_BYTES = 64 * 2 ** 20;
const NAME = "[\\p{L}][\\p{L}\\p{M}\\d .'’_-]{0,58}?";
const BOLD = new RegExp(`^\\*\\*(?<name>${NAME})(?::\\*\\*|\\*\\*:)\\s*(?<text>.*)$`, 'u');
const HEADING = /^#{1,6}\s+(?<title>.+?)\s*#*$/u;
const PLAIN = new RegExp(`^(?<name>${NAME}):(?:\\s+(?<text>.*))?$`, 'u');
const ROLE = /^(?:user|assistant|human|ai|me|you|bot|chatgpt|claude|gemini|copilot|system|tool)$/iu;
const DATED =
  /^(?:#{1,6}\s+|\*\*)?(?:date:?\**\s*:?\s*)?(?<date>\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?)?)\**$/iu;
const UNHEARD = /^(?:system|tool)$/iu;

interface OpenTurn {
  readonly speaker: string;
  readonly date: string | null;
  readonly lines: string[];
}

/** Who begins to speak in a line, and what of it is said already; null for any other line. */
function startOf(line: string, names: ReadonlySet<string>): { speaker: string; text: string } | null {
  const heading = HEADING.exec(line)?.groups?.['title']?.replace(/:$/u, '');
  if (heading !== undefined) return ROLE.test(heading) ? { speaker: heading, text: '' } : null;
  const bold = BOLD.exec(line)?.groups;
  if (bold !== undefined) return { speaker: bold['name'] ?? '', text: bold['text'] ?? '' };
  const plain = PLAIN.exec(line)?.groups;
  const name = plain?.['name'] ?? '';
  if (plain === undefined || !(ROLE.test(name) || names.has(name))) return null;
  return { speaker: name, text: plain['text'] ?? '' };
}

/** Names before a colon are speakers where the transcript begins with one: it, and others that come more than once. */
function plainNames(lines: readonly string[]): ReadonlySet<string> {
  const body = lines.filter((line) => line.trim() !== '' && !HEADING.test(line) && !DATED.test(line.trim()));
  const nameOf = (line: string | undefined): string | null =>
    PLAIN.exec(line ?? '')?.groups?.['name'] ?? null;
  const first = nameOf(body[0]);
  if (first === null) return new Set();
  const counts = Map.groupBy(
    body.map(nameOf).filter((name) => name !== null),
    (name) => name,
  );
  const often = [...counts].filter(([, members]) => members.length > 1).map(([name]) => name);
  return new Set([first, ...often]);
}

function turnsOf(lines: readonly string[]): { title: string | null; turns: OpenTurn[]; leftOut: number } {
  const names = plainNames(lines);
  const turns: OpenTurn[] = [];
  let title: string | null = null;
  let date: string | null = null;
  let leftOut = 0;
  let isCode = false;
  for (const line of lines) {
    const isFence = /^\s*(?:```|~~~)/u.test(line);
    const dated = isCode ? undefined : DATED.exec(line.trim())?.groups?.['date'];
    const start = isCode || isFence ? null : startOf(line, names);
    if (isFence) isCode = !isCode;
    if (dated !== undefined && readIsoTime(dated) !== null) date = dated.replace(' ', 'T');
    else if (start !== null) turns.push({ speaker: start.speaker, date, lines: [start.text] });
    else if (turns.length > 0) turns.at(-1)?.lines.push(line);
    else {
      const heading = HEADING.exec(line)?.groups?.['title'];
      if (heading !== undefined) title ??= heading;
      else if (line.trim() !== '') leftOut += 1;
    }
  }
  return { title, turns, leftOut };
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw unreadableFile(file, error);
  }
  if (bytes.length > MAX_BYTES)
    throw dataError(file, [], `is larger than ${MAX_BYTES / 2 ** 20} MiB; divide the transcript`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw dataError(file, [], 'is not text in UTF-8; save it as such');
  }
}

/** @throws AppError NOT_FOUND; INVALID_INPUT when nobody speaks in it. */
export async function importMarkdown(file: string): Promise<ImportedChats> {
  const { title, turns, leftOut } = turnsOf((await readText(file)).split(/\r?\n/u));
  const chats = new ChatCollector();
  const messages = turns.map(({ speaker, date, lines }): ChatMessage | null => {
    const text = lines
      .filter((line) => !/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/u.test(line))
      .join('\n')
      .trim();
    return text === '' || UNHEARD.test(speaker) ? null : { speaker, text, date };
  });
  chats.add(title, messages, null);
  if (chats.traces.length === 0)
    throw dataError(
      file,
      [],
      'has no turn: begin each with "**Name:**", a heading such as "## User", or "User:"',
    );
  return { traces: chats.traces, leftOut: chats.leftOut + leftOut };
}
