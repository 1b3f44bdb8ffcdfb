import { receivedControllerSchema } from '../contract/bankExchange.ts';
import type { ReceivedController } from '../contract/bankExchange.ts';
import { clusterSchema } from '../contract/hardCase.ts';
import type { Cluster } from '../contract/hardCase.ts';
import { evaluationSchema } from '../contract/evaluation.ts';
import type { Evaluation } from '../contract/evaluation.ts';
import { experimentSchema } from '../contract/experiment.ts';
import type { Experiment } from '../contract/experiment.ts';
import { modelRecordSchema } from '../contract/model.ts';
import type { ModelRecord } from '../contract/model.ts';
import { decisionSchema, proposalSchema, replaySchema } from '../contract/proposal.ts';
import type { Decision, Proposal, Replay } from '../contract/proposal.ts';
import { runSchema } from '../contract/run.ts';
import type { Run } from '../contract/run.ts';
import { bankVersionSchema } from '../contract/skill.ts';
import type { BankVersion } from '../contract/skill.ts';
import type { Database } from './database.ts';
import type { EventLog } from './eventLog.ts';
import { HardCaseTable } from './hardCaseTable.ts';
import { AppendOnlyTable, RecordTable } from './recordTable.ts';

export type RunTable = RecordTable<Run, 'id', 'status' | 'createdAtMs'>;
export type EvaluationTable = RecordTable<Evaluation, 'id', 'status' | 'createdAtMs'>;
export type ExperimentTable = RecordTable<Experiment, 'id', 'status' | 'createdAtMs'>;
export type ReceivedControllerTable = RecordTable<ReceivedController, 'skillsHash', never>;
export type ModelTable = RecordTable<ModelRecord, 'id', 'purpose'>;
export type ClusterTable = RecordTable<Cluster, 'id', 'runId' | 'stage'>;
export type ProposalTable = RecordTable<
  Proposal,
  'id',
  'runId' | 'stage' | 'state' | 'baseHash' | 'clusterId' | 'createdAtMs'
>;
export type ReplayTable = RecordTable<Replay, 'id', 'baseHash' | 'proposedHash' | 'createdAtMs'>;
export type DecisionTable = AppendOnlyTable<
  Decision,
  'id',
  'proposalId' | 'verdict' | 'source' | 'createdAtMs'
>;
export type BankVersionTable = AppendOnlyTable<
  BankVersion,
  'version',
  'hash' | 'cause' | 'runId' | 'createdAtMs'
>;

/** The tables of the contract's records: which record goes where, and by what it can be selected. */
export interface WorkspaceTables {
  readonly runs: RunTable;
  readonly hardCases: HardCaseTable;
  readonly clusters: ClusterTable;
  readonly proposals: ProposalTable;
  readonly replays: ReplayTable;
  readonly decisions: DecisionTable;
  readonly bankVersions: BankVersionTable;
  readonly models: ModelTable;
  readonly evaluations: EvaluationTable;
  readonly experiments: ExperimentTable;
  readonly receivedControllers: ReceivedControllerTable;
}

export function createWorkspaceTables(database: Database, events: EventLog): WorkspaceTables {
  return {
    runs: new RecordTable(database, {
      table: 'runs',
      noun: 'run',
      schema: runSchema,
      key: 'id',
      columns: ['status', 'createdAtMs'],
    }),
    models: new RecordTable(database, {
      table: 'models',
      noun: 'model',
      schema: modelRecordSchema,
      key: 'id',
      columns: ['purpose'],
    }),
    receivedControllers: new RecordTable(database, {
      table: 'receivedControllers',
      noun: 'received controller',
      schema: receivedControllerSchema,
      key: 'skillsHash',
      columns: [],
    }),
    evaluations: new RecordTable(database, {
      table: 'evaluations',
      noun: 'evaluation',
      schema: evaluationSchema,
      key: 'id',
      columns: ['status', 'createdAtMs'],
    }),
    experiments: new RecordTable(database, {
      table: 'experiments',
      noun: 'experiment',
      schema: experimentSchema,
      key: 'id',
      columns: ['status', 'createdAtMs'],
    }),
    hardCases: new HardCaseTable(database),
    clusters: new RecordTable(database, {
      table: 'clusters',
      noun: 'cluster',
      schema: clusterSchema,
      key: 'id',
      columns: ['runId', 'stage'],
    }),
    proposals: new RecordTable(database, {
      table: 'proposals',
      noun: 'proposal',
      schema: proposalSchema,
      key: 'id',
      columns: ['runId', 'stage', 'state', 'baseHash', 'clusterId', 'createdAtMs'],
    }),
    replays: new RecordTable(database, {
      table: 'replays',
      noun: 'replay',
      schema: replaySchema,
      key: 'id',
      columns: ['baseHash', 'proposedHash', 'createdAtMs'],
    }),
    decisions: new AppendOnlyTable(
      database,
      {
        table: 'decisions',
        noun: 'decision',
        schema: decisionSchema,
        key: 'id',
        columns: ['proposalId', 'verdict', 'source', 'createdAtMs'],
      },
      events,
    ),
    bankVersions: new AppendOnlyTable(
      database,
      {
        table: 'bankVersions',
        noun: 'bank version',
        schema: bankVersionSchema,
        key: 'version',
        columns: ['hash', 'cause', 'runId', 'createdAtMs'],
      },
      events,
    ),
  };
}
