import { required } from '../shared/assertions.ts';
import { byMeasuredValue, valueWords } from './measuredValue.ts';
import type { BankContents } from './bankFile.ts';
import {
  checkedSkill,
  checkTextHash,
  collectSkills,
  readText,
  type ImportFile,
  type ReadSkill,
  type ReadSkills,
} from './importedSkills.ts';
import { MARKER, readMarker, writeMarker } from './skillMarkers.ts';
import { fileError } from './strictJson.ts';

/** A bank as one system prompt for agents that take no skills, best measured first; and back. */

export const PROMPT_PACK_TITLE = '# Memory skills';

const INTRODUCTION = [
  'You keep a long-term memory. It is a list of short statements, each true and understandable on its own.',
  'For every stretch of text you are given, look at the memories that are near to it, choose the few skills below that fit what the text says, and apply them together. Each skill says what it may do: insert adds a memory, update revises one that is there, delete removes one, noop leaves memory as it is. When no skill fits, leave memory alone.',
  'The skills come in the order of their measured value, best first.',
].join('\n\n');

const closingOf = (hash: string): string => `<!-- /memskill ${hash} -->`;

/** `keep_calendar_dates` as a heading. */
function title(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function writePromptPack(bank: BankContents): string {
  const places = new Map(bank.skills.map(({ name }, index) => [name, index]));
  const sections = byMeasuredValue(bank).map((skill, rank) => {
    const marker = writeMarker(skill, required(places.get(skill.name), skill.name));
    const { hash } = readMarker(required(MARKER.exec(marker)?.[1], 'marker'), skill.name);
    return [
      `## ${rank + 1}. ${title(skill.name)}`,
      `${skill.type.toUpperCase()} ${valueWords(bank, skill)}`,
      marker,
      skill.description,
      `${skill.instruction}\n${closingOf(hash)}`,
    ].join('\n\n');
  });
  return `${[PROMPT_PACK_TITLE, INTRODUCTION, ...sections].join('\n\n')}\n`;
}

/** The skill whose marker is the line at `start`. */
function readSection(lines: readonly string[], start: number, fileName: string): ReadSkill {
  const json = required(MARKER.exec(required(lines[start], 'line'))?.[1], 'marker');
  const { position, hash, ...known } = readMarker(json, fileName);
  const end = lines.indexOf(closingOf(hash), start);
  if (end < 0)
    throw fileError('INVALID_INPUT', {
      fileName,
      path: [known.name],
      problem: 'has no end: the file was cut off or changed; export it again',
    });
  const text = lines.slice(start + 1, end).join('\n');
  const before = `\n${known.description}\n\n`;
  if (!text.startsWith(before))
    throw fileError('CORRUPT_DATA', {
      fileName,
      path: [known.name],
      problem: 'shows another description than was exported: export it again',
    });
  const skill = checkedSkill({ ...known, instruction: text.slice(before.length) }, fileName);
  checkTextHash(skill, hash, fileName);
  return { skill, lineage: null, statistics: null, position, fileName, notes: [] };
}

/** @throws AppError INVALID_INPUT or CORRUPT_DATA naming file and skill. */
export function readPromptPack(file: ImportFile): ReadSkills {
  const lines = readText(file).split('\n');
  const read: ReadSkill[] = [];
  let at = 0;
  while (at < lines.length) {
    if (!MARKER.test(lines[at] ?? '')) {
      at += 1;
      continue;
    }
    const section = readSection(lines, at, file.path);
    read.push(section);
    // Past its text, which may quote such lines.
    at += section.skill.instruction.split('\n').length + section.skill.description.split('\n').length + 3;
  }
  return collectSkills(read);
}
