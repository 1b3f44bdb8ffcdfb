import type { CallInput } from '../../contract/calls.ts';
import type { Evaluation, EvaluationSummary } from '../../contract/evaluation.ts';
import { parseBank } from '../../exchange/bankFile.ts';
import { AppError } from '../../shared/errors.ts';
import { compareEvaluations, renderReport } from '../evaluation/evaluationReport.ts';
import type { ActiveEvaluations } from '../evaluation/activeEvaluations.ts';
import { deleteEvaluations } from '../evaluation/deleteEvaluations.ts';
import { forecastEvaluations } from '../evaluation/evaluationOutlook.ts';
import { openEvaluation } from '../evaluation/openEvaluation.ts';
import { parseReport, planRerun, refuseOtherFile, reportDifferences } from '../evaluation/rerunReport.ts';
import type { HandlersOf } from '../handlers.ts';
import type { StudioParts } from '../openTraining.ts';

function summaryOf(evaluation: Evaluation): EvaluationSummary {
  const { input, bank, ...rest } = evaluation;
  const { subject, ...asked } = input;
  return {
    ...rest,
    input: asked,
    subject: subject.kind,
    baseline: subject.kind === 'baseline' ? subject.baseline : null,
    bank:
      bank === null
        ? null
        : { hash: bank.hash, version: bank.version, runId: bank.runId, skillCount: bank.skills.length },
  };
}

async function rerun(
  parts: StudioParts,
  active: ActiveEvaluations,
  about: {
    readonly text: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly signal: AbortSignal;
  },
): ReturnType<HandlersOf<'evaluation'>['evaluation.rerun']> {
  const report = parseReport(about.text);
  const { input, plan } = planRerun(report, about.config);
  const opened = await openEvaluation(parts, input, { plan });
  try {
    refuseOtherFile(report, opened.evaluation.dataset.fileHash);
  } catch (error) {
    await opened.close();
    parts.workspace.evaluations.delete(opened.evaluation.id);
    throw error;
  }
  const evaluation = await active.wait(active.begin(opened).id, about.signal);
  const questions = parts.workspace.evaluationQuestions.list(evaluation.id);
  return { evaluation, differences: reportDifferences(report, { evaluation, questions }) };
}

function isListed({ experimentId }: Evaluation, scope: CallInput<'evaluation.list'>['scope']): boolean {
  if (scope === 'all') return true;
  return experimentId === (scope === 'alone' ? null : scope.experimentId);
}

export function createEvaluationHandlers(
  parts: StudioParts,
  active: ActiveEvaluations,
): HandlersOf<'evaluation'> {
  const { workspace } = parts;
  return {
    'evaluation.forecast': ({ inputs }, { signal }) => forecastEvaluations(parts, inputs, signal),
    'evaluation.openBank': async ({ base64, fileName }) => {
      const { skills, controller } = parseBank(Buffer.from(base64, 'base64'), fileName);
      return { skills: [...skills], controller: controller ?? null };
    },
    'evaluation.start': (input) => active.start(input),
    'evaluation.wait': ({ evaluationId }, { signal }) => active.wait(evaluationId, signal),
    'evaluation.cancel': ({ evaluationId }) => active.cancel(evaluationId),
    'evaluation.list': async ({ scope }) =>
      workspace.evaluations
        .list({ orderBy: 'createdAtMs', isDescending: true })
        .filter((evaluation) => isListed(evaluation, scope))
        .map(summaryOf),
    'evaluation.get': async ({ evaluationId }) => workspace.evaluations.require(evaluationId),
    'evaluation.ongoing': async () => active.ongoing,
    'evaluation.questions': async ({ evaluationId }) => {
      workspace.evaluations.require(evaluationId);
      return workspace.evaluationQuestions.summaries(evaluationId);
    },
    'evaluation.question': async ({ evaluationId, questionId }) => {
      workspace.evaluations.require(evaluationId);
      const question = workspace.evaluationQuestions.get(evaluationId, questionId);
      if (question !== null) return question;
      throw new AppError('NOT_FOUND', `Evaluation ${evaluationId} did not ask ${questionId}; check the id.`);
    },
    'evaluation.compare': async ({ evaluationId, baseId }) => compareEvaluations(parts, evaluationId, baseId),
    'evaluation.report': async (about) => renderReport(parts, about),
    'evaluation.delete': async ({ evaluationId }) => {
      if (active.isActive(evaluationId))
        throw new AppError('CONFLICT', `Evaluation ${evaluationId} is running; cancel it first.`);
      deleteEvaluations(workspace, [evaluationId]);
      return {};
    },
    'evaluation.rerun': ({ text, config }, { signal }) => rerun(parts, active, { text, config, signal }),
  };
}
