import type {
  Comparison,
  Evaluation,
  EvaluationInput,
  EvaluationQuestionSummary,
} from '../contract/evaluation.ts';
import type { Client } from '../contract/rpc.ts';
import {
  intervalText,
  scoreRows,
  signedSteps,
  stepsIntervalText,
  subjectText,
} from '../evaluation/reportText.ts';
import { required } from '../shared/assertions.ts';
import { writeFileAtomic } from '../store/atomicFile.ts';
import { UsageError, type CommandContext, type Output } from './command.ts';
import { absolutePath } from './runOptions.ts';
import { formatTable, points } from './table.ts';

/** Evaluations as the command line starts, prints and writes them. */

/** Starts an evaluation and waits for it, with progress; Ctrl-C cancels it. */
export async function followEvaluation(
  { output, signal }: Pick<CommandContext, 'output' | 'signal'>,
  client: Client,
  input: EvaluationInput,
): Promise<Evaluation> {
  const { id, name } = await client.call('evaluation.start', input, { signal });
  const stop = client.on('evaluation.onProgress', (ongoing) => {
    const mine = ongoing.find(({ evaluationId }) => evaluationId === id);
    if (mine !== undefined) output.progress({ ...mine, label: `spans and questions (${name})` });
  });
  const cancel = (): void =>
    void client.call('evaluation.cancel', { evaluationId: id }).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await client.call('evaluation.wait', { evaluationId: id });
  } finally {
    signal.removeEventListener('abort', cancel);
    stop();
  }
}

/** Numbers of an evaluation as `--json` has them. */
export function evaluationDocument(
  evaluation: Evaluation,
  questions: readonly EvaluationQuestionSummary[] | null,
): Record<string, unknown> {
  const { id, name, bank, controller, dataset, engine, config } = evaluation;
  const { f1, byCategory, ...numbers } = required(evaluation.results, `results of evaluation ${id}`);
  return {
    id,
    name,
    bankHash: bank?.hash ?? null,
    selection: controller?.selection ?? null,
    controllerHash: controller?.weights?.sha256 ?? null,
    dataset: dataset.name,
    dataHash: dataset.fileHash,
    split: dataset.split,
    engine: engine.kind,
    models: engine.models,
    warnings: engine.warnings,
    k: config['k'],
    seed: config['seed'],
    ...numbers,
    f1: f1.mean,
    interval: f1.interval,
    byCategory: byCategory.map(({ f1: ofCategory, ...rest }) => ({
      ...rest,
      f1: ofCategory.mean,
      interval: ofCategory.interval,
    })),
    perQuestion: questions,
  };
}

/** A table by category, with the difference to a base where there is one. */
export function printEvaluation(output: Output, evaluation: Evaluation, comparison: Comparison | null): void {
  const { dataset, results, bank, config, engine } = evaluation;
  if (results === null) return;
  for (const warning of engine.warnings) output.warn(warning);
  const hash = bank === null ? '' : `, bank ${bank.hash.slice(0, 12)}, K ${String(config['k'])}`;
  output.line(
    `${evaluation.id} ${evaluation.name}: ${results.questions} questions (${dataset.name}, ${dataset.split}), ${subjectText(evaluation)}${hash}`,
  );
  const against = comparison === null ? [] : [`against ${comparison.baseId}`];
  const rows = scoreRows(evaluation, comparison).map((row) => [
    row.label,
    row.questions,
    row.f1,
    row.interval,
    ...(row.gameSteps === null ? [row.exactMatch, row.judge] : [row.gameSteps.mean, row.gameSteps.interval]),
    ...(row.difference === null ? [] : [row.difference]),
  ]);
  const names =
    results.gameSteps === undefined
      ? ['questions', 'F1', '95 %', 'exact', 'judge']
      : ['games', 'won', '95 %', 'steps', '95 %'];
  for (const line of formatTable(['', ...names, ...against], rows)) output.line(line);
  const memories =
    results.memoriesPerTrace === null || results.memoriesPerSpan === null
      ? ''
      : `${results.memoriesPerTrace.toFixed(1)} memories a trace, ${results.memoriesPerSpan.toFixed(2)} a span; `;
  const recall =
    results.evidenceRecall === null ? '' : `; evidence recall ${points(results.evidenceRecall)} %`;
  const cached = results.cachedTraces === 0 ? '' : ` (memories of ${results.cachedTraces} traces were there)`;
  output.line(
    `${memories}${Math.round(results.contextCharacters)} characters shown a question${recall}; ${results.seconds.toFixed(1)} s${cached}`,
  );
}

export function differenceLine(name: string, comparison: Comparison): string {
  const { f1, gameSteps, wins, ties, losses } = comparison;
  const score = gameSteps === undefined ? 'F1' : 'games won';
  const steps =
    gameSteps === undefined
      ? ''
      : `${signedSteps(gameSteps.mean)} ${stepsIntervalText(gameSteps, signedSteps)} steps a game; `;
  return `against ${name}: ${points(f1.mean, true)} ${intervalText(f1, true)} points of ${score}; ${steps}${wins} better, ${ties} same, ${losses} worse`;
}

/** Form of a report by the ending of its file's name. @throws UsageError for another ending. */
export function reportForm(path: string): 'json' | 'html' {
  if (/\.json$/iu.test(path)) return 'json';
  if (/\.html?$/iu.test(path)) return 'html';
  throw new UsageError(`A report is written as .json or .html, not to "${path}".`);
}

/** Writes reports and says where they lie. */
export async function writeReports(
  output: Output,
  client: Client,
  about: { readonly evaluationId: string; readonly baseId: string | null; readonly paths: readonly string[] },
): Promise<string[]> {
  const written: string[] = [];
  for (const given of about.paths) {
    const path = absolutePath(given);
    const { evaluationId, baseId } = about;
    const { text } = await client.call('evaluation.report', {
      evaluationId,
      form: reportForm(given),
      baseId,
    });
    await writeFileAtomic(path, text);
    output.line(`Report written to ${path}`);
    written.push(path);
  }
  return written;
}
