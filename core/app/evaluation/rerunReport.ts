import { createHash } from 'node:crypto';
import { FILE_OPTIONS, parseRunConfig } from '../../config/options.ts';
import {
  evaluationReportSchema,
  type Evaluation,
  type EvaluationInput,
  type EvaluationReport,
  type ReportDifference,
} from '../../contract/evaluation.ts';
import { decodeSafetensors } from '../../controller/safetensorsFile.ts';
import type { NamedArrays } from '../../controller/weights.ts';
import { AppError } from '../../shared/errors.ts';
import { bankHash } from '../../skills/skillBank.ts';
import type { EvaluationPlan } from './evaluationPlan.ts';

/** A report says where it differs at most so often: the first ones say what is wrong. */
const MAX_DIFFERENCES = 200;

/** @throws AppError INVALID_INPUT for a text that is no report, or one whose parts do not belong together. */
export function parseReport(text: string): EvaluationReport {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      'INVALID_INPUT',
      'The report is not whole JSON; name the report that was written as JSON.',
      { cause },
    );
  }
  const parsed = evaluationReportSchema.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'INVALID_INPUT',
      `The report does not fit its format at ${issue?.path.join('.') ?? 'the document'} (${issue?.message ?? ''}); write it anew with "memskill eval --report FILE".`,
      { cause: parsed.error },
    );
  }
  const { bank } = parsed.data.evaluation;
  if (bank !== null && bankHash(bank.skills) !== bank.hash)
    throw new AppError(
      'INVALID_INPUT',
      `The skills in the report are not those of its bank hash ${bank.hash.slice(0, 12)}; it was changed.`,
    );
  return parsed.data;
}

function weightsOf({ controllerBase64, evaluation }: EvaluationReport): NamedArrays | null {
  const expected = evaluation.controller?.weights?.sha256 ?? null;
  if (controllerBase64 === null || expected === null) return null;
  const bytes = Buffer.from(controllerBase64, 'base64');
  if (createHash('sha256').update(bytes).digest('hex') !== expected)
    throw new AppError(
      'INVALID_INPUT',
      `The controller in the report is not the one of its hash ${expected.slice(0, 12)}; it was changed.`,
    );
  return decodeSafetensors(bytes, 'the controller in the report').tensors;
}

/** Where the files lie here; every other option is the report's. @throws AppError INVALID_INPUT for another option. */
function fileOptions(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const other = Object.keys(given).find((name) => !FILE_OPTIONS.some((option) => option === name));
  if (other !== undefined)
    throw new AppError('INVALID_INPUT', `A report is run again with its own settings; leave ${other} out.`, {
      details: { keys: [other] },
    });
  return Object.fromEntries(FILE_OPTIONS.map((option) => [option, given[option] ?? null]));
}

/** What running the report again takes: everything from the report but the data. @throws AppError INVALID_INPUT. */
export function planRerun(
  report: EvaluationReport,
  files: Readonly<Record<string, unknown>>,
): { readonly input: EvaluationInput; readonly plan: EvaluationPlan } {
  const { evaluation } = report;
  const { subject } = evaluation.input;
  const config = parseRunConfig({ ...evaluation.config, ...fileOptions(files) });
  return {
    input: {
      subject:
        subject.kind === 'baseline' ? subject : { kind: 'bank', skills: evaluation.bank?.skills ?? [] },
      controller: null,
      config: fileOptions(files),
      protocol: 'own',
      split: evaluation.dataset.split,
      isJudged: evaluation.results?.judge !== null,
      usesCache: false,
      name: `${evaluation.name}, again`,
    },
    plan: {
      config,
      skills: evaluation.bank?.skills ?? null,
      bankVersion: null,
      weights: weightsOf(report),
      controllerRunId: null,
      part: null,
    },
  };
}

/** @throws AppError CONFLICT for another file than the report was made with. */
export function refuseOtherFile({ evaluation: { dataset } }: EvaluationReport, fileHash: string): void {
  if (dataset.fileHash === fileHash) return;
  throw new AppError(
    'CONFLICT',
    `The report was made on other data (SHA-256 ${dataset.fileHash.slice(0, 12)}, this file ${fileHash.slice(0, 12)}); name the file it was made with (--data FILE).`,
  );
}

/** Everything a report claims, without what differs from run to run by its nature. */
function claims(evaluation: Evaluation, questions: EvaluationReport['questions']): unknown {
  const { bank, controller, dataset, engine, results } = evaluation;
  const numbers = results === null ? {} : { ...results, seconds: null, cachedTraces: null };
  return {
    bank: bank?.hash ?? null,
    controller: controller?.weights?.sha256 ?? null,
    selection: controller?.selection ?? null,
    dataset,
    engine,
    results: numbers,
    questions: Object.fromEntries(questions.map((row) => [row.questionId, row])),
  };
}

function walk(reported: unknown, now: unknown, path: string, found: ReportDifference[]): void {
  if (found.length >= MAX_DIFFERENCES || Object.is(reported, now)) return;
  const isNested = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (isNested(reported) && isNested(now)) {
    for (const key of new Set([...Object.keys(reported), ...Object.keys(now)]))
      walk(reported[key], now[key], path === '' ? key : `${path}.${key}`, found);
    return;
  }
  const text = (value: unknown): string => (value === undefined ? '(absent)' : JSON.stringify(value));
  found.push({ where: path, reported: text(reported), now: text(now) });
}

/** Every number and text of the report that came out otherwise; empty when all are equal. */
export function reportDifferences(
  report: EvaluationReport,
  again: { readonly evaluation: Evaluation; readonly questions: EvaluationReport['questions'] },
): ReportDifference[] {
  const found: ReportDifference[] = [];
  walk(claims(report.evaluation, report.questions), claims(again.evaluation, again.questions), '', found);
  return found;
}
