import { basename } from 'node:path';
import { FILE_OPTIONS } from '../../config/options.ts';
import type { Evaluation, EvaluationReport } from '../../contract/evaluation.ts';
import { compareAnswers } from '../../evaluation/summary.ts';
import { reportPage, type ReportPageInput } from '../../evaluation/reportPage.ts';
import { AppError } from '../../shared/errors.ts';
import type { StudioParts } from '../openTraining.ts';

type Parts = Pick<StudioParts, 'workspace'>;

/** An evaluation that is done. @throws AppError NOT_FOUND; CONFLICT while it runs or when it never ended. */
export function requireDone({ workspace }: Parts, evaluationId: string): Evaluation {
  const evaluation = workspace.evaluations.require(evaluationId);
  if (evaluation.status === 'done') return evaluation;
  throw new AppError(
    'CONFLICT',
    `Evaluation ${evaluationId} is ${evaluation.status}; only a finished one has results.`,
  );
}

/** As others may have it: of files only their names. */
function withoutFolder(evaluation: Evaluation): Evaluation {
  const named = (config: Evaluation['config']): Evaluation['config'] => {
    const names = FILE_OPTIONS.flatMap((option) => {
      const path = config[option];
      return typeof path === 'string' ? [[option, basename(path)] as const] : [];
    });
    return { ...config, ...Object.fromEntries(names) };
  };
  const { input } = evaluation;
  return {
    ...evaluation,
    config: named(evaluation.config),
    input: { ...input, config: named(input.config) },
  };
}

export function evaluationReport(parts: Parts, evaluationId: string): EvaluationReport {
  const { workspace } = parts;
  const evaluation = requireDone(parts, evaluationId);
  const weights = evaluation.controller?.weights ?? null;
  return {
    format: 'memskill-evaluation',
    formatVersion: 1,
    // Experiments of another workspace are none of the reader's.
    evaluation: { ...withoutFolder(evaluation), experimentId: null },
    controllerBase64:
      weights === null ? null : Buffer.from(workspace.checkpoints.read(weights)).toString('base64'),
    questions: workspace.evaluationQuestions.list(evaluationId),
  };
}

function baseOf(parts: Parts, evaluation: Evaluation, baseId: string | null): ReportPageInput['base'] {
  if (baseId === null) return null;
  return {
    evaluation: requireDone(parts, baseId),
    comparison: compareEvaluations(parts, evaluation.id, baseId),
  };
}

/** The first against the second. @throws AppError as `requireDone` and `compareAnswers`. */
export function compareEvaluations(
  parts: Parts,
  evaluationId: string,
  baseId: string,
): ReturnType<typeof compareAnswers> {
  const { workspace } = parts;
  const { config } = requireDone(parts, evaluationId);
  requireDone(parts, baseId);
  const answersOf = (id: string): Parameters<typeof compareAnswers>[0] => ({
    id,
    questions: workspace.evaluationQuestions.summaries(id),
  });
  return compareAnswers(answersOf(evaluationId), answersOf(baseId), Number(config['seed']));
}

/** The report in one of its forms. @throws AppError as `requireDone` and `compareAnswers`. */
export function renderReport(
  parts: Parts,
  about: { readonly evaluationId: string; readonly form: 'json' | 'html'; readonly baseId: string | null },
): { fileName: string; text: string } {
  const report = evaluationReport(parts, about.evaluationId);
  const fileName = `evaluation-${about.evaluationId}.${about.form}`;
  if (about.form === 'json') return { fileName, text: `${JSON.stringify(report)}\n` };
  const base = baseOf(parts, report.evaluation, about.baseId);
  return { fileName, text: reportPage({ report, base }) };
}
