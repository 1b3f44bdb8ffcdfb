import type { BankEvaluations, ExportedFile } from '../../contract/bankExchange.ts';
import type { Skill, SkillLineage } from '../../contract/skill.ts';
import { canonicalJson } from '../../shared/contentHash.ts';
import { AppError } from '../../shared/errors.ts';
import { ownEntry, type BankContents } from '../bankFile.ts';
import { byMeasuredValue, valueWords } from '../measuredValue.ts';
import { frontMatterSchema, writeFrontMatter, type FrontMatter } from './frontMatter.ts';
import { AGENT_SKILLS_VERSION, folderName, INDEX_KEY, writeMetadata } from './skillMetadata.ts';

/** A bank as Agent Skills (agentskills.io): a folder for each skill, and one skill that says when to use which. */

const INDEX_NAME = 'memory-skills';
const COMPATIBILITY = 'For agents that keep a long-term memory they can add to, revise and delete from.';

export interface AgentSkillsOptions {
  readonly license: string | null;
  readonly evaluations?: BankEvaluations | undefined;
}

/** @throws AppError INVALID_INPUT for a skill that the specification has no place for. */
function checked(frontMatter: FrontMatter): FrontMatter {
  const parsed = frontMatterSchema.safeParse(frontMatter);
  if (parsed.success) return frontMatter;
  const [issue] = parsed.error.issues;
  throw new AppError(
    'INVALID_INPUT',
    `The skill "${frontMatter.name}" cannot be an Agent Skill: its ${String(issue?.path[0])} ${issue?.message ?? 'is not valid'}; change it first, or export as JSON.`,
  );
}

function provenance(skill: Skill, lineage: SkillLineage | null): string {
  const lines = [`# Where ${skill.name} comes from`, '', `- Written by: ${skill.origin}`];
  if (lineage !== null) {
    const { parents, designer, cluster, cases, replay, decision, reason } = lineage;
    if (designer !== null) lines.push(`- Drafted by: ${designer.model}`);
    lines.push(`- Replaces: ${parents.length === 0 ? 'nothing, it was new' : parents.join(', ')}`);
    if (cluster !== null)
      lines.push(`- Cluster of failures: ${cluster.name} (${cluster.size}, ${cluster.diagnosis})`);
    lines.push(`- Hard cases: ${cases.length}`);
    if (replay !== null)
      lines.push(
        `- Replay: ${replay.wins} better, ${replay.ties} the same, ${replay.losses} worse; mean difference ${replay.meanDifference} [${replay.interval.join(', ')}]`,
      );
    if (decision !== null)
      lines.push(
        `- Decision: ${decision.verdict} (${decision.source})${decision.reviewer === null ? '' : ` by ${decision.reviewer}`}`,
      );
    if (reason !== '') lines.push(`- Reason: ${reason}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The cases that led to the skill, as evaluations an agent's own tools can run. */
function evalFiles(
  folder: string,
  lineage: SkillLineage | null,
  evaluations: BankEvaluations,
): ExportedFile[] {
  const cases = evaluations.cases.filter((one) => lineage?.cases.includes(one.contentHash) === true);
  if (cases.length === 0) return [];
  const traceIds = new Set(cases.map(({ trace }) => trace));
  const traces = evaluations.traces.filter(({ id }) => traceIds.has(id));
  const document = {
    skill_name: folder,
    evals: cases.map(({ trace, question, golds }, index) => ({
      id: index + 1,
      prompt: `Read the file and keep in memory what this skill asks for. Then answer from memory alone: ${question}`,
      expected_output: golds.join(' or '),
      files: [`evals/files/${trace}.txt`],
    })),
  };
  return [
    { path: `${folder}/evals/evals.json`, text: `${JSON.stringify(document, null, 2)}\n` },
    ...traces.map(({ id, spans }) => ({
      path: `${folder}/evals/files/${id}.txt`,
      text: `${spans.map(({ text }) => text).join('\n\n')}\n`,
    })),
  ];
}

function skillFiles(
  bank: BankContents,
  skill: Skill,
  position: number,
  { license, evaluations }: AgentSkillsOptions,
): ExportedFile[] {
  const folder = folderName(skill.name);
  const lineage = ownEntry(bank.lineage, skill.name);
  const frontMatter = checked({
    name: folder,
    description: skill.description,
    ...(license === null ? {} : { license }),
    compatibility: COMPATIBILITY,
    metadata: writeMetadata(skill, position),
  });
  const record = {
    formatVersion: AGENT_SKILLS_VERSION,
    lineage,
    statistics: ownEntry(bank.statistics, skill.name),
  };
  return [
    { path: `${folder}/SKILL.md`, text: writeFrontMatter(frontMatter, skill.instruction) },
    { path: `${folder}/references/provenance.md`, text: provenance(skill, lineage) },
    { path: `${folder}/references/memskill.json`, text: `${canonicalJson(record)}\n` },
    ...(evaluations === undefined ? [] : evalFiles(folder, lineage, evaluations)),
  ];
}

function indexFile(bank: BankContents, license: string | null): ExportedFile {
  const taken = new Set(bank.skills.map(({ name }) => folderName(name)));
  let name: string = INDEX_NAME;
  for (let number = 2; taken.has(name); number += 1) name = `${INDEX_NAME}-${number}`;
  const lines = byMeasuredValue(bank).map(
    (skill) =>
      `- [${folderName(skill.name)}](../${folderName(skill.name)}/SKILL.md) (${skill.type}): ${skill.description.replace(/\s+/gu, ' ')} ${valueWords(bank, skill)}`,
  );
  const body = [
    '# Which memory skill to use when',
    'Read these before text is put into memory. For each stretch of text choose the few skills whose description fits what it says, open them, and apply them together; leave the others closed. Skills of the type insert add memories, update revises one, delete removes one, noop leaves memory alone.',
    'Best measured first:',
    lines.join('\n'),
  ].join('\n\n');
  const frontMatter = checked({
    name,
    description:
      'Says which of the memory skills in the neighbouring folders to use when. Use it first, whenever text is to be remembered or memory is to be kept up to date.',
    ...(license === null ? {} : { license }),
    compatibility: COMPATIBILITY,
    metadata: { [INDEX_KEY]: 'true' },
  });
  return { path: `${name}/SKILL.md`, text: writeFrontMatter(frontMatter, body) };
}

/** @throws AppError INVALID_INPUT for a skill that the specification has no place for. */
export function writeAgentSkills(bank: BankContents, options: AgentSkillsOptions): ExportedFile[] {
  return [
    indexFile(bank, options.license),
    ...bank.skills.flatMap((skill, index) => skillFiles(bank, skill, index, options)),
  ];
}
