import type { Cluster, HardCase, MemoryAction } from '../contract/hardCase.ts';
import type { BankChange } from '../contract/proposal.ts';
import type { Skill, SkillStatistics } from '../contract/skill.ts';

/** A memory as an executor or answerer sees it: a stable id and its text. */
export interface MemoryView {
  readonly id: string;
  readonly text: string;
}

export interface ExecutorInput {
  /** Span text with its date header. */
  readonly span: string;
  readonly date: string | null;
  /** Retrieved memories, most similar first. */
  readonly memories: readonly MemoryView[];
  /** Selected skills in selected order. */
  readonly skills: readonly Skill[];
  /** Upper bound on actions for this span (the cap on memories for each span). */
  readonly maxActions: number;
}

/** `failure` is null when the executor did its job, also when there was nothing to do (`actions` empty). */
export interface ExecutorOutput {
  readonly actions: readonly MemoryAction[];
  readonly failure: string | null;
}

/** Applies selected skills to a span. Never sees questions. */
export interface Executor {
  readonly id: string;
  execute(input: ExecutorInput, signal?: AbortSignal): Promise<ExecutorOutput>;
}

export interface AnswererInput {
  readonly question: string;
  /** The date on which the question is asked, if the data set has one. */
  readonly date: string | null;
  /** Retrieved memories, most similar first. */
  readonly memories: readonly MemoryView[];
}

export interface Answerer {
  readonly id: string;
  /** A short answer; an empty string when the memories hold none. */
  answer(input: AnswererInput, signal?: AbortSignal): Promise<string>;
}

/** A step of a text game that was played. */
export interface ActorStep {
  readonly action: string;
  readonly observation: string;
}

export interface ActorInput {
  /** What is to be done, in words. */
  readonly objective: string;
  readonly firstObservation: string;
  /** Retrieved once for the whole game, most similar first. */
  readonly memories: readonly MemoryView[];
  readonly history: readonly ActorStep[];
  /** Commands that are possible now; at least one. */
  readonly admissible: readonly string[];
}

/** Plays text games, a command at a time. */
export interface Actor {
  readonly id: string;
  act(input: ActorInput, signal?: AbortSignal): Promise<string>;
}

export interface JudgeInput {
  readonly question: string;
  readonly golds: readonly string[];
  readonly prediction: string;
}

export interface Judgement {
  readonly score: 0 | 0.5 | 1;
  readonly reason: string;
}

export interface Judge {
  readonly id: string;
  judge(input: JudgeInput, signal?: AbortSignal): Promise<Judgement>;
}

/** A cluster with its cases, representatives first. */
export interface ClusterEvidence {
  readonly cluster: Cluster;
  readonly cases: readonly HardCase[];
}

/** An earlier proposal a reviewer did not take as it was. */
export interface PastVerdict {
  readonly change: BankChange;
  readonly verdict: 'reject' | 'redraft';
  readonly reason: string;
}

/** What an earlier applied change did to the score (reference 10.5). */
export interface EvolutionFeedback {
  readonly changes: readonly BankChange[];
  readonly baseScore: number;
  readonly score: number;
  readonly wasRolledBack: boolean;
}

export interface DesignerInput {
  readonly skills: readonly Skill[];
  readonly statistics: Readonly<Record<string, SkillStatistics>>;
  readonly clusters: readonly ClusterEvidence[];
  readonly maxChanges: number;
  readonly isRefineOnly: boolean;
  /** Encourage new skills when a capability is missing (reference 10.2, the hint). */
  readonly prefersNewSkills: boolean;
  readonly feedback: readonly EvolutionFeedback[];
  readonly pastVerdicts: readonly PastVerdict[];
}

/** A draft for one cluster. */
export interface Draft {
  readonly clusterId: string;
  readonly caseIds: readonly string[];
  readonly change: BankChange;
  readonly pattern: string;
  readonly rootCause: string;
  readonly reasoning: string;
}

export interface DesignerOutput {
  readonly drafts: readonly Draft[];
  /** One sentence; says why when there is no draft. */
  readonly summary: string;
}

export interface RedraftInput {
  readonly skills: readonly Skill[];
  readonly cluster: ClusterEvidence;
  readonly change: BankChange;
  readonly comment: string;
  readonly pastVerdicts: readonly PastVerdict[];
}

/** `change` is null when the comment was not understood; `response` says what was done or why not. */
export interface RedraftOutput {
  readonly change: BankChange | null;
  readonly response: string;
}

export interface Designer {
  readonly id: string;
  design(input: DesignerInput, signal?: AbortSignal): Promise<DesignerOutput>;
  redraft(input: RedraftInput, signal?: AbortSignal): Promise<RedraftOutput>;
}
