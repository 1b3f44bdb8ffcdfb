import type { Diagnosis, HardCase } from '../../contract/hardCase.ts';
import { summarise } from '../../hardCases/clusterSummary.ts';
import type { ClusterEvidence } from '../roles.ts';

/** Invented hard cases for the tests of this folder. */

export interface CaseSketch {
  readonly question: string;
  readonly gold: string;
  /** What was said. */
  readonly evidence: string;
  /** What memory keeps of it; none for not_stored. */
  readonly memory?: string;
  readonly diagnosis: Diagnosis;
  readonly failCount?: number;
}

export function caseOf(id: string, sketch: CaseSketch): HardCase {
  const { question, gold, evidence, memory, diagnosis, failCount = 1 } = sketch;
  return {
    id,
    runId: 'run',
    traceId: 'trace',
    questionId: id,
    question,
    golds: [gold],
    category: 4,
    prediction: '',
    score: 0,
    judge: null,
    attempts: [{ step: 0, score: 0, prediction: '' }],
    failCount,
    step: 0,
    bankHash: 'hash',
    diagnosis,
    chain: {
      evidence: [{ turnId: `turn of ${id}`, text: evidence, spanIndex: 0 }],
      spans: [
        {
          spanIndex: 0,
          date: '10:00 am on 4 March, 2024',
          skills: [{ name: 'insert', probability: 0.6 }],
          actions: memory === undefined ? [] : [{ type: 'insert', text: memory, skill: 'insert' }],
        },
      ],
      needed: memory === undefined ? null : { memoryId: 'm1', text: memory, coverage: 0.5, rank: 1 },
      retrieved: [],
    },
  };
}

export function clusterOf(name: string, sketches: readonly CaseSketch[]): ClusterEvidence {
  const cases = sketches.map((sketch, at) => caseOf(`${name} ${at}`, sketch));
  const representativeIds = cases.slice(0, 1).map(({ id }) => id);
  return { cluster: summarise({ runId: 'run', stage: 0, name, representativeIds }, cases), cases };
}

export const dateSketches: readonly CaseSketch[] = [
  ['When did Ines plant the cherry tree?', '3 March 2024', 'I planted the cherry tree yesterday!'],
  ['When did Ines visit the dentist?', '1 March 2024', 'The dentist appointment last Friday went fine.'],
  ['When will Omar paint the fence?', 'April 2024', 'We are painting the fence next month.'],
].map(([question = '', gold = '', said = '']) => ({
  question,
  gold,
  evidence: `Ines said, "${said}"`,
  memory: `Ines: ${said}`,
  diagnosis: 'stored_weak',
}));

export const hobbySketches: readonly CaseSketch[] = [
  ['What activities does Omar do on Sundays?', 'pottery, rowing', 'On Sundays I do pottery and then rowing.'],
  ['What hobby did Ines take up?', 'bookbinding', 'I joined a bookbinding class at the library.'],
  ['Which sport does Ines practise?', 'fencing', 'I practise fencing with the local club.'],
].map(([question = '', gold = '', said = '']) => ({
  question,
  gold,
  evidence: `Omar said, "${said}"`,
  diagnosis: 'not_stored',
}));
