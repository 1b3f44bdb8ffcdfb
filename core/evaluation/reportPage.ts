import { createHash } from 'node:crypto';
import type { Comparison, Evaluation, EvaluationQuestion, EvaluationReport } from '../contract/evaluation.ts';
import { DIAGNOSIS_WORDS, type MemoryAction } from '../contract/hardCase.ts';
import { html, Html } from './htmlText.ts';
import { PAGE_SCRIPT, PAGE_STYLE } from './reportPageParts.ts';
import {
  categoryText,
  inPoints,
  scoreRows,
  signedSteps,
  stepsIntervalText,
  subjectText,
} from './reportText.ts';

/**
 * A report as one page that needs nothing else: no script, style, font or picture from elsewhere, and a policy that forbids
 * them. Without scripts everything is still there; they only filter.
 */

export interface ReportPageInput {
  readonly report: Pick<EvaluationReport, 'evaluation' | 'questions'>;
  /** Null: compared with nothing. */
  readonly base: { readonly evaluation: Evaluation; readonly comparison: Comparison } | null;
}

function facts(rows: readonly (readonly [string, string | number | null])[]): Html {
  const items = rows
    .filter(([, value]) => value !== null && value !== '')
    .map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd> `,
    );
  return html`<dl>${items}</dl>`;
}

function origin({ bank, controller }: Evaluation): (readonly [string, string | number | null])[] {
  const version = bank?.version ?? null;
  return [
    ['bank', bank === null ? null : `${bank.skills.length} skills, SHA-256 ${bank.hash}`],
    [
      'bank version',
      version === null ? null : `v${version}${bank?.runId == null ? '' : ` of ${bank.runId}`}`,
    ],
    ['selection', controller?.selection ?? null],
    ['controller', controller?.weights == null ? null : `SHA-256 ${controller.weights.sha256}`],
  ];
}

function overview(evaluation: Evaluation): Html {
  const { dataset, engine, config, results } = evaluation;
  const models = engine.models.map(({ role, name, id, sha256 }): [string, string] => [
    role,
    `${name} (${sha256 === null ? id : `SHA-256 ${sha256}`})`,
  ]);
  const prompts = Object.entries(engine.promptVersions).map(([role, hash]): [string, string] => [
    `prompt of ${role}`,
    hash,
  ]);
  return facts([
    ['evaluated', subjectText(evaluation)],
    ...origin(evaluation),
    [
      'data',
      `${dataset.name}, ${dataset.split} split: ${dataset.traces} traces, ${results?.spans ?? 0} spans, ${dataset.questions} questions`,
    ],
    ['data file', `SHA-256 ${dataset.fileHash}`],
    ['engine', engine.kind === 'builtin' ? 'Built-in (no model)' : 'language models'],
    ...models,
    ...engine.warnings.map((warning): [string, string] => ['caution', warning]),
    ...prompts,
    ['embedder', engine.embedderId],
    ['seed', String(config['seed'])],
    ['K', String(config['k'])],
    ['memories a span', results?.memoriesPerSpan?.toFixed(2) ?? null],
    ['evidence recall', results?.evidenceRecall == null ? null : `${inPoints(results.evidenceRecall)} %`],
    [
      'shown to the answerer',
      results === null ? null : `${Math.round(results.contextCharacters)} characters a question`,
    ],
    [
      'seconds',
      results === null
        ? null
        : `${results.seconds.toFixed(1)}${results.cachedTraces > 0 ? ` (memories of ${results.cachedTraces} traces were there)` : ''}`,
    ],
    ['MemSkill Studio', evaluation.applicationVersion],
    ['made', new Date(evaluation.createdAtMs).toISOString()],
  ]);
}

/** The difference in steps, which the table has no column for. */
function stepsAgainst(base: ReportPageInput['base']): string {
  const steps = base?.comparison.gameSteps;
  return steps === undefined
    ? ''
    : `Steps a game against ${base?.evaluation.name ?? ''}: ${signedSteps(steps.mean)} ${stepsIntervalText(steps, signedSteps)}.`;
}

function scoreTable(evaluation: Evaluation, base: ReportPageInput['base']): Html {
  const rows = scoreRows(evaluation, base?.comparison ?? null);
  const areGames = evaluation.results?.gameSteps !== undefined;
  const names = areGames
    ? ['games', 'n', 'won', '95 %', 'steps', '95 %']
    : ['questions', 'n', 'F1', '95 %', 'exact', 'judge'];
  const against = base === null ? null : html`<th scope="col">against ${base.evaluation.name}</th>`;
  return html`<table>
      <thead>
        <tr>
          ${names.map((name) => html`<th scope="col">${name}</th> `)} ${against}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              <th scope="row">${row.label}</th>
              <td>${row.questions}</td>
              <td>${row.f1}</td>
              <td>${row.interval}</td>
              <td>${row.gameSteps?.mean ?? row.exactMatch}</td>
              <td>${row.gameSteps?.interval ?? row.judge}</td>
              ${row.difference === null ? null : html`<td>${row.difference}</td>`}
            </tr> `,
        )}
      </tbody>
    </table>
    <p class="quiet">
      ${
        areGames
          ? 'Games won of 100, and mean steps a game, won or not; intervals are percentile bootstraps over games'
          : "Points of token F1, share of exact answers and judge's score, each out of 100; intervals are percentile bootstraps over questions"
      }${base === null ? '' : `, differences are paired over ${areGames ? 'games' : 'questions'}`}.
      ${stepsAgainst(base)}
    </p>`;
}

function actionText(action: MemoryAction): string {
  if (action.type === 'delete') return `delete ${action.memory} (${action.skill})`;
  const target = action.type === 'update' ? ` ${action.memory}` : '';
  return `${action.type}${target} (${action.skill}): ${action.text}`;
}

function chain({ chain: { evidence, spans, needed, retrieved } }: EvaluationQuestion): Html {
  const rank = needed?.rank == null ? 'not ranked' : `rank ${needed.rank}`;
  return html`<ol class="chain">
    <li>
      <b>said</b>
      <ul>
        ${evidence.map((turn) => html`<li><code>${turn.turnId}</code> in span ${turn.spanIndex + 1}: ${turn.text}</li>`)}
      </ul>
    </li>
    <li>
      <b>skills and memories by span</b>
      <ul>
        ${spans.map(
          (span) =>
            html`<li>
              span ${span.spanIndex + 1}${span.date === null ? '' : `, ${span.date}`}:
              ${span.skills.map(({ name, probability }) => `${name} ${probability.toFixed(2)}`).join(', ')}
              <ul>
                ${span.actions.map((action) => html`<li>${actionText(action)}</li>`)}
              </ul>
            </li>`,
        )}
      </ul>
    </li>
    <li>
      <b>needed memory</b>
      ${needed === null ? 'none holds it' : `${needed.memoryId}, ${rank}: ${needed.text}`}
    </li>
    <li>
      <details>
        <summary>${retrieved.length} shown to the answerer</summary>
        <ol>
          ${retrieved.map(({ memoryId, text, similarity }) => html`<li><code>${memoryId}</code> ${similarity.toFixed(3)} ${text}</li>`)}
        </ol>
      </details>
    </li>
  </ol>`;
}

function played({ trajectory }: EvaluationQuestion): Html | null {
  return trajectory === undefined
    ? null
    : html`<details>
        <summary>${trajectory.length} steps of the game</summary>
        <ol>
          ${trajectory.map(({ action, observation }) => html`<li><b>${action}</b> ${observation}</li>`)}
        </ol>
      </details>`;
}

function questionItem(evaluation: Evaluation, row: EvaluationQuestion): Html {
  const isRight = row.diagnosis === null;
  const verdict = row.diagnosis === null ? 'right' : DIAGNOSIS_WORDS[row.diagnosis];
  const judge =
    row.judge === null
      ? null
      : html`<dt>judge</dt>
          <dd>${row.judge.score}: ${row.judge.reason}</dd>`;
  return html`<details class="question" data-category="${row.category}" data-right="${String(isRight)}">
    <summary>
      <span class="score">${inPoints(row.f1)}</span> ${row.question}
      <span class="quiet">${categoryText(evaluation, row.category)}, ${verdict}</span>
    </summary>
    <dl>
      <dt>question</dt>
      <dd><code>${row.questionId}</code></dd>
      <dt>gold</dt>
      <dd>${row.golds.join(' | ')}</dd>
      <dt>answer</dt>
      <dd>${row.prediction === '' ? '(none)' : row.prediction}</dd>
      ${judge}
    </dl>
    ${played(row)} ${chain(row)}
  </details> `;
}

function settings(config: Evaluation['config']): Html {
  const rows = Object.entries(config).map(
    ([name, value]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${JSON.stringify(value)}</td>
      </tr> `,
  );
  return html`<details>
    <summary>Settings</summary>
    <table>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </details>`;
}

function skills({ bank }: Evaluation): Html | null {
  if (bank === null) return null;
  return html`<details>
    <summary>Skills (${bank.skills.length})</summary>
    ${bank.skills.map(
      (skill) =>
        html`<h3>${skill.name} <span class="quiet">${skill.type}, ${skill.origin}</span></h3>
          <p>${skill.description}</p>
          <pre>${skill.instruction}</pre> `,
    )}
  </details>`;
}

function filters(evaluation: Evaluation, rows: readonly EvaluationQuestion[]): Html {
  const categories = [...new Set(rows.map(({ category }) => category))].sort((a, b) => a - b);
  return html`<form id="filters" hidden>
    <label>Search <input type="search" id="search" /></label>
    <label
      >Category
      <select id="category">
        <option value="">all</option>
        ${categories.map((one) => html`<option value="${one}">${categoryText(evaluation, one)}</option>`)}
      </select></label
    >
    <label
      >Answer
      <select id="answer">
        <option value="">all</option>
        <option value="true">right</option>
        <option value="false">wrong</option>
      </select></label
    >
    <output id="count"></output>
  </form>`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** The page as a document; the same report gives the same bytes. */
export function reportPage({ report, base }: ReportPageInput): string {
  const { evaluation, questions } = report;
  const policy = `default-src 'none'; style-src ${hashOf(PAGE_STYLE)}; script-src ${hashOf(PAGE_SCRIPT)}; base-uri 'none'; form-action 'none'`;
  const { text } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${evaluation.name}: evaluation</title>
        <style>
          ${new Html(PAGE_STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${evaluation.name}</h1>
          ${overview(evaluation)}
          <h2>Scores</h2>
          ${scoreTable(evaluation, base)}
          <h2>Run it again</h2>
          <p>
            With the report as JSON and the data file:
            <code
              >memskill eval --rerun
              REPORT.json${evaluation.config['data'] === null ? '' : ' --data FILE'}</code
            >. It builds everything anew and says whether every number is equal.
          </p>
          ${settings(evaluation.config)} ${skills(evaluation)}
          <h2>Questions</h2>
          ${filters(evaluation, questions)}
          <div id="questions">${questions.map((row) => questionItem(evaluation, row))}</div>
        </main>
        <script>
          ${new Html(PAGE_SCRIPT)};
        </script>
      </body>
    </html> `;
  return text;
}
