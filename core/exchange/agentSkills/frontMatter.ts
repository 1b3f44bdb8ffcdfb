import { isAlias, isCollection, isNode, isScalar, parseDocument, stringify, visit, type Node } from 'yaml';
import { z } from 'zod';
import { IMPORT_LIMITS } from '../../contract/bankExchange.ts';
import { messageOf, type AppError } from '../../shared/errors.ts';
import { fileError } from '../strictJson.ts';

/**
 * The front matter of a SKILL.md: the part of YAML that the Agent Skills specification needs and no more. Anchors,
 * aliases, tags, directives and keys that are there twice are refused, so that nothing grows and no two readers differ.
 */

export const AGENT_SKILL_LIMITS = { name: 64, description: 1024, compatibility: 500 } as const;

const agentSkillName = z
  .string()
  .max(AGENT_SKILL_LIMITS.name)
  .regex(
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/u,
    'must be lower-case letters and digits in words joined by single hyphens',
  );

/** Fields of the specification (agentskills.io). Others are left out: agents add their own. */
export const frontMatterSchema = z.object({
  name: agentSkillName,
  description: z.string().trim().min(1).max(AGENT_SKILL_LIMITS.description),
  license: z.string().max(1000).optional(),
  compatibility: z.string().min(1).max(AGENT_SKILL_LIMITS.compatibility).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  'allowed-tools': z.string().optional(),
});
export type FrontMatter = z.infer<typeof frontMatterSchema>;

const OPENING = '---\n';
const CLOSING = /^---[ \t]*$/mu;

export interface MarkdownParts {
  readonly frontMatter: FrontMatter;
  readonly body: string;
}

function refusal(fileName: string, problem: string): AppError {
  return fileError('INVALID_INPUT', { fileName, path: [], problem });
}

/** Why a node is not plain YAML, or null. */
function excess(node: Node): string | null {
  if (isAlias(node)) return 'an alias';
  if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) return 'an anchor';
  return node.tag === undefined ? null : 'a tag';
}

function parseYaml(source: string, fileName: string): unknown {
  if (/^%/mu.test(source)) throw refusal(fileName, 'has a YAML directive, which is not allowed: remove it');
  const document = parseDocument(source, {
    schema: 'failsafe',
    uniqueKeys: true,
    strict: true,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined)
    throw refusal(
      fileName,
      `has front matter that is not plain YAML (${messageOf(error).slice(0, 200)}): correct it`,
    );
  visit(document, (_, node) => {
    const found = isNode(node) ? excess(node) : null;
    if (found !== null)
      throw refusal(fileName, `has ${found} in its front matter, which is not allowed: remove it`);
  });
  // As maps: a key such as __proto__ is a key like others then, and is refused below.
  return document.toJS({ mapAsMap: true, maxAliasCount: 0 });
}

function plainObject(value: unknown, fileName: string): Record<string, unknown> {
  if (!(value instanceof Map))
    throw refusal(fileName, 'has front matter that is no list of fields: correct it');
  const entries = [...value.entries()].map(([key, item]: [unknown, unknown]) => {
    if (typeof key !== 'string' || key === '__proto__')
      throw refusal(fileName, 'has a key in its front matter that is not allowed: remove it');
    return [key, item instanceof Map ? plainObject(item, fileName) : item] as const;
  });
  return Object.fromEntries(entries);
}

/** @throws AppError INVALID_INPUT naming the file and what is wrong with it. */
export function readFrontMatter(text: string, fileName: string): MarkdownParts {
  if (!text.startsWith(OPENING))
    throw refusal(fileName, 'does not begin with front matter between lines of "---": it is no SKILL.md');
  const rest = text.slice(OPENING.length);
  const closing = CLOSING.exec(rest);
  if (closing === null)
    throw refusal(fileName, 'has front matter without an end: close it with a line "---"');
  const source = rest.slice(0, closing.index);
  if (Buffer.byteLength(source) > IMPORT_LIMITS.frontMatterBytes)
    throw refusal(
      fileName,
      `has more than ${IMPORT_LIMITS.frontMatterBytes / 1024} KiB of front matter: check that it is the right file`,
    );
  const parsed = frontMatterSchema.safeParse(plainObject(parseYaml(source, fileName), fileName));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fileError('INVALID_INPUT', {
      fileName,
      path: issue?.path ?? [],
      problem: `is not as the Agent Skills specification asks (${issue?.message ?? 'unknown'}): correct it`,
    });
  }
  const body = rest.slice(closing.index + closing[0].length).replace(/^\n\n?/u, '');
  return { frontMatter: parsed.data, body };
}

/** A document with front matter. Strings are quoted, so that none can be read as something else. */
export function writeFrontMatter(frontMatter: FrontMatter, body: string): string {
  const yaml = stringify(frontMatter, {
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: 'PLAIN',
    lineWidth: 0,
  });
  return `${OPENING}${yaml}---\n\n${body}\n`;
}
