import { contentHash } from '../../shared/contentHash.ts';
import type { Skill } from '../../contract/skill.ts';
import type { HardCase } from '../../contract/hardCase.ts';
import type { DesignerInput } from '../roles.ts';
import { answererPrompt, answererSchema } from './answererPrompt.ts';
import { analysisPrompt, draftPrompt, redraftPrompt, reflectionPrompt } from './designerPrompts.ts';
import { analysisReplySchema, draftReplySchema, type Analysis } from './designerReplies.ts';
import { executorPrompt, executorReplyShape } from './executorPrompt.ts';
import { judgePrompt, judgeSchema } from './judgePrompt.ts';
import type { ModelRole } from './promptNotes.ts';

/**
 * Versions of the prompts for reports and cache keys: the hash of what each one comes to, with the form of its reply, for
 * one sample. So a changed word, order or bound is another version, and nobody has to remember to count up.
 */

const REPLY_CHARACTERS = 10_000;

const skill: Skill = {
  name: 'sample',
  description: 'Keep samples.',
  instruction: 'Skill: Sample\n\nAction type: INSERT only.',
  type: 'insert',
  origin: 'seed',
  isPinned: true,
};
const skills = [skill, { ...skill, name: 'revise', type: 'update' as const }];
const memories = [
  { id: 'm1', text: 'First <memory>.' },
  { id: 'm2', text: 'Second memory.' },
];

const hardCase: HardCase = {
  id: 'case',
  runId: 'run',
  traceId: 'trace',
  questionId: 'question',
  question: 'Which one?',
  golds: ['that one'],
  category: 4,
  prediction: 'this one',
  score: 0,
  judge: { score: 0, reason: 'Another one.' },
  attempts: [],
  failCount: 2,
  step: 0,
  bankHash: '',
  diagnosis: 'stored_weak',
  chain: {
    evidence: [{ turnId: 't', text: 'It is that one.', spanIndex: 3 }],
    spans: [
      {
        spanIndex: 3,
        date: '4 March 2024',
        skills: [{ name: 'sample', probability: 0.5 }],
        actions: [{ type: 'insert', text: 'It is one.', skill: 'sample' }],
      },
    ],
    needed: { memoryId: 'm1', text: 'It is one.', coverage: 0.5, rank: 7 },
    retrieved: [{ memoryId: 'm2', text: 'Another.', similarity: 0.1 }],
  },
};

const evidence = {
  cluster: {
    id: 'cluster',
    runId: 'run',
    stage: 0,
    name: 'sample',
    caseIds: ['case'],
    representativeIds: ['case'],
    severity: 1,
    diagnosisShares: { stored_weak: 1 },
  },
  cases: [hardCase],
};

const change = { kind: 'refine', name: 'sample', changes: { description: 'Keep all samples.' } } as const;

const designerInput: DesignerInput = {
  skills,
  statistics: {
    sample: {
      usageCount: 4,
      averageReward: 0.5,
      recentRewards: [],
      usageEma: 0.5,
      memoriesWritten: 3,
      memoriesRetrieved: 1,
    },
  },
  clusters: [evidence],
  maxChanges: 2,
  isRefineOnly: false,
  prefersNewSkills: true,
  feedback: [{ changes: [change], baseScore: 0.5, score: 0.25, wasRolledBack: true }],
  pastVerdicts: [{ change, verdict: 'reject', reason: 'Too wide.' }],
};

const analysis: Analysis = {
  explanation: 'why',
  pattern: 'what',
  cases: ['c1'],
  rootCause: 'storage_failure',
  fix: 'refine_skill',
  skill: 'sample',
  proposal: 'how',
  priority: 'high',
};

function designerSample(): unknown {
  const scope = { caseLabels: ['c1'], skills, isRefineOnly: false };
  const draftScope = { refinable: skills, mayAdd: true };
  return [
    analysisPrompt(designerInput, evidence),
    analysisReplySchema(scope, REPLY_CHARACTERS),
    reflectionPrompt(designerInput, evidence, { number: 2, total: 3, previous: analysis }),
    draftPrompt(designerInput, evidence, { analysis, drafted: [change], refused: ['reason'] }),
    draftPrompt({ ...designerInput, isRefineOnly: true, prefersNewSkills: false }, evidence, {
      analysis,
      drafted: [],
      refused: [],
    }),
    draftReplySchema(draftScope, 'reasoning', REPLY_CHARACTERS),
    redraftPrompt({ skills, cluster: evidence, change, comment: 'Shorter.', pastVerdicts: [] }, []),
    draftReplySchema(draftScope, 'response', REPLY_CHARACTERS),
  ];
}

function executorSample(): unknown {
  const allowed = { skills, memoryIds: memories.map(({ id }) => id), maxActions: 3 };
  return [
    executorPrompt({ memories, skills, span: 'A <text>.', date: '4 March 2024' }),
    executorPrompt({ memories: [], skills, span: 'A text.', date: null }),
    executorReplyShape(allowed, REPLY_CHARACTERS)?.schema ?? null,
  ];
}

/** 64 hex digits for each role. */
export function promptVersions(): Readonly<Record<ModelRole, string>> {
  const question = { question: 'Which one?', date: '5 March 2024', memories };
  const graded = { question: 'Which one?', golds: ['this', 'that'], prediction: 'that one' };
  return {
    executor: contentHash(executorSample()),
    answerer: contentHash([answererPrompt(question), answererSchema(REPLY_CHARACTERS)]),
    judge: contentHash([judgePrompt(graded), judgeSchema(REPLY_CHARACTERS)]),
    designer: contentHash(designerSample()),
  };
}
