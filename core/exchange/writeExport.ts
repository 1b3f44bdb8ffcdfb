import type { ExportContents, ExportedFile, ExportRequest } from '../contract/bankExchange.ts';
import type { BankVersion } from '../contract/skill.ts';
import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { writeAgentSkills } from './agentSkills/writeAgentSkills.ts';
import { exportBank, ownEntry, type BankParts } from './bankFile.ts';
import { writePromptPack } from './promptPack.ts';
import { writeReferenceBank } from './referenceBank.ts';

/** A bank in each of the formats it can be given away in, and what is in it. */

type Options = Pick<ExportRequest, 'format' | 'license'>;

export interface BankExport {
  readonly files: readonly ExportedFile[];
  readonly contents: ExportContents;
}

function filesOf(bank: BankVersion, parts: BankParts, { format, license }: Options): ExportedFile[] {
  const name = `memskill-bank-v${bank.version}`;
  switch (format) {
    case 'json':
      return [{ path: `${name}.json`, text: exportBank({ ...bank, ...parts }) }];
    case 'agent-skills':
      return writeAgentSkills(bank, { license, evaluations: parts.evaluations });
    case 'prompt':
      return [{ path: `${name}.md`, text: writePromptPack(bank) }];
    case 'reference':
      return writeReferenceBank(bank);
  }
}

function lineagesIn({ skills, lineage }: BankVersion, format: Options['format']) {
  if (format === 'prompt' || format === 'reference') return [];
  return skills.map(({ name }) => ownEntry(lineage, name)).filter((one) => one !== null);
}

/** What a format has no place for is refused, so that nobody believes it went along. */
function refuseParts({ format }: Options, { controller, evaluations }: BankParts): void {
  const problem =
    controller !== undefined && format !== 'json'
      ? 'the controller'
      : evaluations !== undefined && format !== 'json' && format !== 'agent-skills'
        ? 'the cases'
        : null;
  if (problem === null) return;
  throw new AppError(
    'INVALID_INPUT',
    `The format ${format} has no place for ${problem}: leave it out, or export as JSON.`,
  );
}

/** The cases that go along: all of them, or those of the skills' lineage where each skill has its own. */
function casesIn(bank: BankVersion, { evaluations }: BankParts, { format }: Options) {
  if (evaluations === undefined) return { cases: [], traces: [] };
  if (format === 'json') return evaluations;
  const ofSkills = new Set(bank.skills.flatMap(({ name }) => ownEntry(bank.lineage, name)?.cases ?? []));
  const cases = evaluations.cases.filter(({ contentHash }) => ofSkills.has(contentHash));
  const named = new Set(cases.map(({ trace }) => trace));
  return { cases, traces: evaluations.traces.filter(({ id }) => named.has(id)) };
}

/** @throws AppError INVALID_INPUT for what the format has no place for, or a bank that is too large to be read again. */
export function writeExport(bank: BankVersion, parts: BankParts, options: Options): BankExport {
  refuseParts(options, parts);
  const files = filesOf(bank, parts, options);
  const lineages = lineagesIn(bank, options.format);
  const { cases, traces } = casesIn(bank, parts, options);
  const reviewers = lineages.flatMap(({ decision }) => decision?.reviewer ?? []);
  return {
    files,
    contents: {
      format: options.format,
      version: bank.version,
      files: files.length,
      sizeBytes: files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
      skills: bank.skills.length,
      lineages: lineages.length,
      reviewers: [...new Set(reviewers)].sort(),
      controllerBytes: (parts.controller?.tensors ?? []).reduce((sum, { data }) => sum + data.length, 0),
      hardCases: cases.filter(({ set }) => set === 'hard').length,
      solvedCases: cases.filter(({ set }) => set === 'solved').length,
      traces: traces.length,
      spans: traces.reduce((sum, { spans }) => sum + spans.length, 0),
      isPrivate: cases.length > 0,
    },
  };
}

/** The one file of a format that has one. */
export function onlyFile({ files }: Pick<BankExport, 'files'>): ExportedFile {
  return required(files[0], 'exported file');
}
