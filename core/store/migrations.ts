/** One step of the schema's history. Steps are never edited once released, only appended. */
export interface Migration {
  /** Consecutive from 1; SQLite's `user_version` holds the last one applied. */
  readonly version: number;
  readonly summary: string;
  readonly sql: string;
}

/**
 * Every table of records: `sequence` keeps the order of insertion (rowids may be renumbered), the named columns are
 * copies of fields of `body` to select and sort by, `body` is the record as JSON and what is read. Foreign keys are
 * deferred so that one transaction may write in any order.
 */
const FIRST_SCHEMA = `
CREATE TABLE runs (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  createdAtMs REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE metrics (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  step INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (runId, step)
) STRICT;

CREATE TABLE runStates (
  runId TEXT PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE memories (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  traceId TEXT NOT NULL,
  id TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (runId, traceId, id)
) STRICT;

CREATE TABLE hardCases (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  runId TEXT NOT NULL,
  traceId TEXT NOT NULL,
  questionId TEXT NOT NULL,
  diagnosis TEXT NOT NULL,
  step INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX hardCasesByRun ON hardCases (runId, questionId);

CREATE TABLE clusters (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  runId TEXT NOT NULL,
  stage INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX clustersByRun ON clusters (runId, stage);

CREATE TABLE proposals (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  runId TEXT,
  stage INTEGER,
  state TEXT NOT NULL,
  baseHash TEXT NOT NULL,
  clusterId TEXT,
  createdAtMs REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX proposalsByRun ON proposals (runId, stage);
CREATE INDEX proposalsByState ON proposals (state);

CREATE TABLE replays (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  baseHash TEXT NOT NULL,
  proposedHash TEXT NOT NULL,
  createdAtMs REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE decisions (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  proposalId TEXT NOT NULL REFERENCES proposals(id) DEFERRABLE INITIALLY DEFERRED,
  verdict TEXT NOT NULL,
  source TEXT NOT NULL,
  createdAtMs REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX decisionsByProposal ON decisions (proposalId);

CREATE TABLE bankVersions (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  version INTEGER NOT NULL UNIQUE,
  hash TEXT NOT NULL,
  cause TEXT NOT NULL,
  runId TEXT,
  createdAtMs REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX bankVersionsByHash ON bankVersions (hash);

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  type TEXT NOT NULL,
  runId TEXT,
  ids TEXT NOT NULL,
  atMs REAL NOT NULL,
  previousHash TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;
CREATE INDEX eventsByRun ON events (runId, sequence);
`;

/**
 * `settings` has one row at most. `summary` is a hard case without what is long in it; its value is kept in the index, so
 * that a list is read without the cases themselves. Damaged text has none: reading the case says what is wrong.
 */
const SETTINGS_AND_SUMMARIES = `
CREATE TABLE settings (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  body TEXT NOT NULL
) STRICT;

ALTER TABLE hardCases ADD COLUMN summary TEXT GENERATED ALWAYS AS (
  CASE WHEN json_valid(body) THEN json_remove(body, '$.chain', '$.attempts') END
) VIRTUAL;
CREATE INDEX hardCaseSummaries ON hardCases (runId, summary);
`;

/** One row a step: what each question asked in it scored. Goes with its run. */
const QUESTION_SCORES = `
CREATE TABLE questionScores (
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  step INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (runId, step)
) STRICT;
`;

/**
 * Models that were added, and replies of language models by what they depend on. A reply quotes what was said, so that it
 * goes with the run that asked for it first.
 */
const MODELS = `
CREATE TABLE models (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE replies (
  key TEXT PRIMARY KEY,
  runId TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX repliesByRun ON replies (runId);
`;

/**
 * Live memories by space. `isIndexed` = 0: the index has to learn of the row, which is found by comparing until then.
 * `textKey` hashes the text. Ids are counted in `memoryCounter`, so that none is used again.
 */
const LIVE_MEMORY = `
CREATE TABLE memorySpaces (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE memoryCounter (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  lastNumber INTEGER NOT NULL
) STRICT;
INSERT INTO memoryCounter (id, lastNumber) VALUES (1, 0);

CREATE TABLE liveMemories (
  number INTEGER PRIMARY KEY,
  spaceNumber INTEGER NOT NULL REFERENCES memorySpaces(number) ON DELETE CASCADE,
  textKey TEXT NOT NULL,
  skill TEXT NOT NULL,
  day INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  isIndexed INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (spaceNumber, textKey)
) STRICT;
CREATE INDEX liveMemoriesBySpace ON liveMemories (spaceNumber, number);
CREATE INDEX liveMemoriesUnindexed ON liveMemories (spaceNumber, number) WHERE isIndexed = 0;
`;

/**
 * Evaluations with a row for each question. A built memory is kept by the hash of all it depends on, for the next evaluation
 * that needs it; it quotes what was said, so that it goes with the evaluation that built it.
 */
const EVALUATIONS = `
CREATE TABLE evaluations (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  createdAtMs REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE evaluationQuestions (
  evaluationId TEXT NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL,
  questionId TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (evaluationId, position),
  UNIQUE (evaluationId, questionId)
) STRICT;

CREATE TABLE builtMemories (
  key TEXT PRIMARY KEY,
  evaluationId TEXT NOT NULL REFERENCES evaluations(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  body TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX builtMemoriesByEvaluation ON builtMemories (evaluationId);
`;

/** Experiments: what is measured, and what each cell has come to; its runs and evaluations are where all are. */
const EXPERIMENTS = `
CREATE TABLE experiments (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL,
  createdAtMs REAL NOT NULL,
  body TEXT NOT NULL
) STRICT;
`;

/** Controllers that came with bank files, by the skills they were trained on. */
const RECEIVED_CONTROLLERS = `
CREATE TABLE receivedControllers (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  skillsHash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;
`;

/** Evaluations say which experiment they are a part of; of those that ended before, its cells know it. */
const EXPERIMENT_OF_EVALUATION = `
UPDATE evaluations SET body = json_set(evaluations.body, '$.experimentId', owner.id)
FROM (
  SELECT experiments.id AS id, json_extract(cell.value, '$.evaluationId') AS evaluationId
  FROM experiments, json_each(experiments.body, '$.cells') AS cell
) AS owner
WHERE owner.evaluationId = evaluations.id;
`;

const APPEND_ONLY = ['decisions', 'bankVersions', 'events'];

function appendOnlyTriggers(table: string): string {
  return ['UPDATE', 'DELETE']
    .map(
      (verb) =>
        `CREATE TRIGGER ${table}Forbids${verb} BEFORE ${verb} ON ${table} ` +
        `BEGIN SELECT RAISE(ABORT, '${table} is append-only: nothing in it is changed or deleted'); END;`,
    )
    .join('\n');
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    summary: 'runs, metrics, memories, hard cases, proposals, decisions, bank versions, events',
    sql: [FIRST_SCHEMA, ...APPEND_ONLY.map(appendOnlyTriggers)].join('\n'),
  },
  { version: 2, summary: "a reviewer's settings; summaries of hard cases", sql: SETTINGS_AND_SUMMARIES },
  { version: 3, summary: 'the score of each question asked in a step', sql: QUESTION_SCORES },
  { version: 4, summary: 'models, and the replies of language models', sql: MODELS },
  { version: 5, summary: 'live memories, in named spaces', sql: LIVE_MEMORY },
  { version: 6, summary: 'evaluations, and the memories they built', sql: EVALUATIONS },
  { version: 7, summary: 'experiments', sql: EXPERIMENTS },
  { version: 8, summary: 'controllers that came with bank files', sql: RECEIVED_CONTROLLERS },
  { version: 9, summary: 'the experiment of an evaluation', sql: EXPERIMENT_OF_EVALUATION },
];
