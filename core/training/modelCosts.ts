import { costsSince, noCosts, totalCost, type CallCosts } from '../engines/llm/callBudget.ts';
import { MODEL_ROLES } from '../engines/llm/promptNotes.ts';

/**
 * What model calls came to between two finished steps, whatever they were for: the step's episodes and, of a stage's first
 * step, the measuring and designing at the end of the stage before it. Named `group/name`.
 */
export function costMetrics(after: CallCosts, before: CallCosts = noCosts()): Record<string, number> {
  const spent = costsSince(after, before);
  const total = totalCost(spent);
  return {
    'cost/calls': total.calls,
    'cost/failed_calls': total.failedCalls,
    'cost/prompt_tokens': total.promptTokens,
    'cost/cached_prompt_tokens': total.cachedPromptTokens,
    'cost/completion_tokens': total.completionTokens,
    ...Object.fromEntries(MODEL_ROLES.map((role) => [`cost/${role}/calls`, spent.roles[role].calls])),
    'time/model_s': spent.busySeconds,
  };
}
