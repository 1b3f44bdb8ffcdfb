import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALL_ROLES, type CallRole } from '../contract/forecast.ts';
import { toyTrace } from '../engines/fixtures/toyRoles.ts';
import { noCosts, type CallCosts } from '../engines/llm/callBudget.ts';
import { sum } from '../shared/arithmetic.ts';
import { forecastCalls, type RunSoFar } from './callForecast.ts';
import { callsByRole, CallPlan, traceText } from './callPlan.ts';
import { toyConfig } from './fixtures/toyTraining.ts';

const TRACES = [toyTrace('a', 5), toyTrace('b', 10)];
const CONFIG = toyConfig({
  ...{ engine: 'llm', designer: 'llm', preset: 'full', outerEpochs: 3, innerEpochs: 4, batchSize: 2 },
  ...{ maxChanges: 2, maxClusters: 3, reflectionRounds: 1, replayCases: 6, guardCases: 4 },
});
const UNMEASURED = { executor: null, answerer: null, judge: null, designer: null };
const TEXTS = new Map(TRACES.map((trace) => [trace.id, traceText(trace)]));
const plan = new CallPlan(TRACES, TEXTS, CONFIG);

function costs(calls: Partial<Record<CallRole, number>>, busySeconds = 0): CallCosts {
  const { roles } = noCosts();
  const of = (role: CallRole) => {
    const count = calls[role] ?? 0;
    return {
      ...roles[role],
      calls: count,
      promptTokens: 100 * count,
      completionTokens: 10 * count,
      seconds: 2 * count,
    };
  };
  return {
    roles: {
      executor: of('executor'),
      answerer: of('answerer'),
      judge: of('judge'),
      designer: of('designer'),
    },
    busySeconds,
  };
}

test('before a run its plan is told: by role, by what calls are for, with what it rests on', () => {
  const { roles, parts, calls, hours, basis } = forecastCalls({ plan, soFar: null, speeds: UNMEASURED });
  // 10 and 20 questions, of which 2 and 4 are the selection's; 15 spans.
  expect(parts.measuring).toBe(3 * (15 + 6));
  // Two evolutions, three clusters analysed twice, two drafts.
  expect(parts.designing).toBe(2 * (3 * 2 + 2));
  // Two evolutions, two replays and one together, two sides, all 15 spans and 10 questions.
  expect(parts.replaying).toBe(2 * 3 * 2 * (15 + 10));
  expect(calls).toBe(sum(CALL_ROLES.map((role) => roles[role].calls)));
  expect(roles.judge.calls).toBe(roles.answerer.calls - 3 * 6 - 2 * 3 * 2 * 10);
  expect(hours).toBeNull();
  expect(basis.join(' ')).toMatch(/never tested/u);
});

test('hours are by the measured speed of the model of each role', () => {
  const speed = { prompt: 100, generated: 10 };
  const speeds = { executor: speed, answerer: speed, judge: speed, designer: speed };
  const { roles, hours } = forecastCalls({ plan, soFar: null, speeds });
  const expected = sum(
    CALL_ROLES.map((role) => (roles[role].promptTokens / 100 + roles[role].completionTokens / 10) / 3600),
  );
  expect(hours).toBeCloseTo(expected, 10);
});

test('a run that keeps to its plan has the rest of the plan left; one that asks half as much, half of it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 0.5), (step, rate) => {
      const stages = Math.floor((step - 1) / CONFIG.innerEpochs);
      const behind = callsByRole(plan.upTo({ steps: step, stages }));
      const ahead = callsByRole(plan.upTo(plan.end));
      const made = Object.fromEntries(CALL_ROLES.map((role) => [role, rate * behind[role]]));
      const spent = costs(made);
      const soFar: RunSoFar = { step, spent, atLastStep: spent, isOver: false };
      const { roles } = forecastCalls({ plan, soFar, speeds: UNMEASURED });
      for (const role of CALL_ROLES) {
        const of = behind[role] === 0 ? 1 : rate;
        expect(roles[role].calls, role).toBeCloseTo(of * (ahead[role] - behind[role]), 8);
      }
    }),
  );
});

test('what was spent since the last step is no longer to come, and never more than was left', () => {
  const behind = callsByRole(plan.upTo({ steps: 2, stages: 0 }));
  const atLastStep = costs(behind);
  const left = (more: number): number => {
    const spent = costs({ ...behind, answerer: behind.answerer + more });
    const soFar = { step: 2, spent, atLastStep, isOver: false };
    return forecastCalls({ plan, soFar, speeds: UNMEASURED }).roles.answerer.calls;
  };
  expect(left(7)).toBe(left(0) - 7);
  expect(left(1e6)).toBe(0);
});

test('tokens and hours are those of its own calls, which share their time where they run side by side', () => {
  const behind = callsByRole(plan.upTo({ steps: 4, stages: 0 }));
  const inCalls = 2 * sum(CALL_ROLES.map((role) => behind[role]));
  const spent = costs(behind, inCalls / 2);
  const soFar = { step: 4, spent, atLastStep: spent, isOver: false };
  const { roles } = forecastCalls({ plan, soFar, speeds: UNMEASURED });
  expect(roles.executor.promptTokens).toBeCloseTo(100 * roles.executor.calls, 8);
  expect(roles.executor.hours).toBeCloseTo(roles.executor.calls / 3600, 10);
  // It was not asked yet, and nothing is known of its speed.
  expect(roles.designer.hours).toBeNull();
});

test('a cap counts what was spent too, and is told when it will not do', () => {
  const total = forecastCalls({ plan, soFar: null, speeds: UNMEASURED }).calls;
  const exceededWith = (maxCalls: number) =>
    forecastCalls({
      plan: new CallPlan(TRACES, TEXTS, { ...CONFIG, maxCalls }),
      soFar: null,
      speeds: UNMEASURED,
    }).exceeded;
  expect(exceededWith(total)).toEqual([]);
  expect(exceededWith(total - 1)).toEqual([{ cap: 'calls', limit: total - 1, expected: total }]);
});

test('of a run that is over nothing is to come, wherever it stopped', () => {
  const spent = costs({ executor: 3 });
  const soFar = { step: 1, spent, atLastStep: spent, isOver: true };
  expect(forecastCalls({ plan, soFar, speeds: UNMEASURED })).toMatchObject({ calls: 0, tokens: 0, hours: 0 });
});

test('traces that were not read are taken to be like those that were, and it is said', () => {
  const some = new CallPlan(TRACES, new Map([...TEXTS].slice(0, 1)), CONFIG);
  const { parts, basis } = forecastCalls({ plan: some, soFar: null, speeds: UNMEASURED });
  expect(parts.measuring).toBe(3 * (2 * 5 + 6));
  expect(basis[0]).toMatch(/in some of its traces/u);
});
