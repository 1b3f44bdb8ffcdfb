import { z } from 'zod';
import { bankControllerSchema } from './bankExchange.ts';
import { call, nothing } from './callShape.ts';
import {
  comparisonSchema,
  evaluationInputSchema,
  evaluationOutlookSchema,
  evaluationProgressSchema,
  evaluationQuestionSchema,
  evaluationQuestionSummarySchema,
  evaluationSchema,
  evaluationSummarySchema,
  reportDifferenceSchema,
} from './evaluation.ts';
import {
  experimentInputSchema,
  experimentOutlineSchema,
  experimentProgressSchema,
  experimentResultSchema,
  experimentSchema,
} from './experiment.ts';
import { skillSchema } from './skill.ts';

const evaluationIdInput = z.strictObject({ evaluationId: z.string() });
const experimentIdInput = z.strictObject({ experimentId: z.string() });

/** Evaluations, and experiments made of them. */
export const evaluationCalls = {
  /** What evaluations on the same data would read, answer and ask, before they start. Reads the data. */
  'evaluation.forecast': call(
    z.strictObject({ inputs: z.array(evaluationInputSchema).min(1).max(20) }),
    evaluationOutlookSchema,
  ),
  /** What of a bank file an evaluation takes: its skills, and its controller where it brings one. */
  'evaluation.openBank': call(
    z.strictObject({ base64: z.base64(), fileName: z.string() }),
    z.strictObject({ skills: z.array(skillSchema), controller: bankControllerSchema.nullable() }),
  ),
  /** Starts an evaluation, or puts it behind those that go on, and returns at once; `evaluation.wait` tells what it came to. */
  'evaluation.start': call(evaluationInputSchema, evaluationSchema),
  /** The evaluation when it has ended. Throws what it failed with. */
  'evaluation.wait': call(evaluationIdInput, evaluationSchema),
  /** Stops it; the memories that were built are kept for the next time. */
  'evaluation.cancel': call(evaluationIdInput, evaluationSchema),
  /** Newest first: those that somebody asked for alone, those of one experiment, or all. */
  'evaluation.list': call(
    z.strictObject({
      scope: z.union([z.enum(['alone', 'all']), z.strictObject({ experimentId: z.string() })]),
    }),
    z.array(evaluationSummarySchema),
  ),
  'evaluation.get': call(evaluationIdInput, evaluationSchema),
  'evaluation.ongoing': call(nothing, z.array(evaluationProgressSchema)),
  'evaluation.questions': call(evaluationIdInput, z.array(evaluationQuestionSummarySchema)),
  'evaluation.question': call(evaluationIdInput.extend({ questionId: z.string() }), evaluationQuestionSchema),
  /** The first against the second, paired over the questions that both answered. */
  'evaluation.compare': call(evaluationIdInput.extend({ baseId: z.string() }), comparisonSchema),
  /** JSON to be run again, or one self-contained page. */
  'evaluation.report': call(
    evaluationIdInput.extend({ form: z.enum(['json', 'html']), baseId: z.string().nullable() }),
    z.strictObject({ fileName: z.string(), text: z.string() }),
  ),
  /** With its questions and the memories it built. Refused while it runs. */
  'evaluation.delete': call(evaluationIdInput, nothing),
  /**
   * Runs a report again, everything from nothing, and says where it came out otherwise. `config` names the files it was made
   * with (`data` and the like), and nothing else; the bundled sample needs none.
   */
  'evaluation.rerun': call(
    z.strictObject({ text: z.string(), config: z.record(z.string(), z.unknown()) }),
    z.strictObject({ evaluation: evaluationSchema, differences: z.array(reportDifferenceSchema) }),
  ),

  /** What an experiment would train, evaluate and ask, before it starts. Reads the data where models are asked. */
  'experiment.outline': call(experimentInputSchema, experimentOutlineSchema),
  /** Starts an experiment and returns at once. Its runs are among all others; its evaluations are listed with it alone. */
  'experiment.start': call(experimentInputSchema, experimentSchema),
  /** Goes on with one that was paused, failed or killed; what was done is not done again. */
  'experiment.resume': call(experimentIdInput, experimentSchema),
  /** Resolves when what it was doing has been saved. */
  'experiment.pause': call(experimentIdInput, experimentSchema),
  /** The experiment when it has stopped, however. Throws what it failed with. */
  'experiment.wait': call(experimentIdInput, experimentSchema),
  /** Newest first. */
  'experiment.list': call(nothing, z.array(experimentSchema)),
  /** With what its finished cells come to, also while it goes on. */
  'experiment.get': call(experimentIdInput, experimentResultSchema),
  'experiment.ongoing': call(nothing, z.array(experimentProgressSchema)),
  /** With its evaluations; its runs stay. Refused while it goes on. */
  'experiment.delete': call(experimentIdInput, nothing),
} as const;
