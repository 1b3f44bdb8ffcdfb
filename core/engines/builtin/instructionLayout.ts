import type { SkillType } from '../../contract/skill.ts';

/**
 * The layout of a skill's instruction (reference 3.2): a title line, Purpose, When to use, How to apply, Constraints, and
 * a closing line that names the only action type. Edits work on any text: a section that is missing is added in its
 * place, lines that are not understood stay as they are.
 */

export interface Guide {
  readonly title: string;
  readonly purpose: string;
  readonly when: readonly string[];
  readonly how: readonly string[];
  readonly constraints: readonly string[];
}

export const SECTIONS = ['when', 'how', 'constraints'] as const;
export type Section = (typeof SECTIONS)[number];

const HEADINGS: Readonly<Record<Section, string>> = {
  when: 'When to use:',
  how: 'How to apply:',
  constraints: 'Constraints:',
};

const HEADING_LINES: Readonly<Record<Section | 'purpose', RegExp>> = {
  purpose: /^\W*purpose\b/iu,
  when: /^\W*when to use\b/iu,
  how: /^\W*how to (?:apply|use)\b/iu,
  constraints: /^\W*constraints?\b/iu,
};
const CLOSING_LINE = /^\W*(?:allowed )?action(?: type)?s?\b.*\b(?:insert|update|delete|noop)\b.*$/iu;
const BULLET = /^\s*[-*•]\s+/u;

function closingLine(type: SkillType): string {
  return `Action type: ${type.toUpperCase()} only.`;
}

/** The whole instruction text. */
export function writeInstruction(guide: Guide, type: SkillType): string {
  const section = (name: Section): string =>
    [HEADINGS[name], ...guide[name].map((bullet) => `- ${bullet}`)].join('\n');
  return [
    `Skill: ${guide.title}`,
    `Purpose: ${guide.purpose}`,
    ...SECTIONS.map(section),
    closingLine(type),
  ].join('\n\n');
}

function isHeading(line: string): boolean {
  return Object.values(HEADING_LINES).some((heading) => heading.test(line));
}

/** Where a section's body lies in the lines, end exclusive, without the blank lines after it. */
function bodyOf(lines: readonly string[], section: Section): { start: number; end: number } | null {
  const heading = lines.findIndex((line) => HEADING_LINES[section].test(line) && !BULLET.test(line));
  if (heading < 0) return null;
  let end = heading + 1;
  while (end < lines.length && !isHeading(lines[end] ?? '') && !CLOSING_LINE.test(lines[end] ?? '')) end += 1;
  while (end > heading + 1 && (lines[end - 1] ?? '').trim() === '') end -= 1;
  return { start: heading + 1, end };
}

/** The bullets of a section without their marks; empty when the section is missing. */
export function bulletsOf(instruction: string, section: Section): string[] {
  const lines = instruction.split('\n');
  const body = bodyOf(lines, section);
  if (body === null) return [];
  return lines
    .slice(body.start, body.end)
    .filter((line) => BULLET.test(line))
    .map((line) => line.replace(BULLET, ''));
}

function withSection(lines: readonly string[], section: Section, bullets: readonly string[]): string[] {
  const block = [HEADINGS[section], ...bullets.map((bullet) => `- ${bullet}`), ''];
  const later = SECTIONS.slice(SECTIONS.indexOf(section) + 1);
  const at = lines.findIndex(
    (line) => later.some((name) => HEADING_LINES[name].test(line)) || CLOSING_LINE.test(line),
  );
  return at < 0
    ? [...lines, '', ...block.slice(0, -1)]
    : [...lines.slice(0, at), ...block, ...lines.slice(at)];
}

/** The instruction with other bullets in a section; the section's other lines stay. */
export function replaceBullets(instruction: string, section: Section, bullets: readonly string[]): string {
  const lines = instruction.split('\n');
  const body = bodyOf(lines, section);
  if (body === null) return withSection(lines, section, bullets).join('\n');
  const others = lines.slice(body.start, body.end).filter((line) => !BULLET.test(line));
  return [
    ...lines.slice(0, body.start),
    ...others,
    ...bullets.map((bullet) => `- ${bullet}`),
    ...lines.slice(body.end),
  ].join('\n');
}

/** The instruction with bullets added to a section, less those it has already. */
export function addBullets(instruction: string, section: Section, bullets: readonly string[]): string {
  const present = bulletsOf(instruction, section);
  const added = bullets.filter((bullet) => !present.includes(bullet));
  return added.length === 0 ? instruction : replaceBullets(instruction, section, [...present, ...added]);
}

/** The instruction with the closing line of another type. */
export function setActionType(instruction: string, type: SkillType): string {
  const lines = instruction.split('\n');
  const at = lines.findIndex((line) => CLOSING_LINE.test(line));
  return at < 0 ? [...lines, '', closingLine(type)].join('\n') : lines.with(at, closingLine(type)).join('\n');
}

/** Bullet lines of one text that the other does not have. */
export function newLines(text: string, base: string): string[] {
  const known = new Set(base.split('\n').map((line) => line.trim()));
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !known.has(line));
}
