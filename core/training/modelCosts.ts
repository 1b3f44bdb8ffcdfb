import { totalCost, noCosts, type CallCosts, type RoleCost } from '../engines/llm/callBudget.ts';
import { MODEL_ROLES } from '../engines/llm/promptNotes.ts';

function difference(after: RoleCost, before: RoleCost): RoleCost {
  return {
    calls: after.calls - before.calls,
    failedCalls: after.failedCalls - before.failedCalls,
    promptTokens: after.promptTokens - before.promptTokens,
    cachedPromptTokens: after.cachedPromptTokens - before.cachedPromptTokens,
    completionTokens: after.completionTokens - before.completionTokens,
    seconds: after.seconds - before.seconds,
  };
}

/**
 * What model calls came to between two finished steps, whatever they were for: the step's episodes and, of a stage's first
 * step, the measuring and designing at the end of the stage before it. Named `group/name`.
 */
export function costMetrics(after: CallCosts, before: CallCosts = noCosts()): Record<string, number> {
  const total = difference(totalCost(after), totalCost(before));
  return {
    'cost/calls': total.calls,
    'cost/failed_calls': total.failedCalls,
    'cost/prompt_tokens': total.promptTokens,
    'cost/cached_prompt_tokens': total.cachedPromptTokens,
    'cost/completion_tokens': total.completionTokens,
    ...Object.fromEntries(
      MODEL_ROLES.map((role) => [`cost/${role}/calls`, after.roles[role].calls - before.roles[role].calls]),
    ),
    'time/model_s': after.busySeconds - before.busySeconds,
  };
}
