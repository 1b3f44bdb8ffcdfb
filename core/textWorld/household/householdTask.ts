import { required } from '../../shared/assertions.ts';
import type { Rng } from '../../shared/rng.ts';
import type { TaskType } from '../gameFile.ts';
import type { Treatment } from './catalogue.ts';

export interface HouseholdTask {
  readonly taskType: TaskType;
  readonly treatment: Treatment | null;
  /** Names of the kinds. */
  readonly thing: string;
  readonly place: string;
}

/** The goal in PDDL. */
export function goalOf({ taskType, treatment, thing, place }: HouseholdTask): string {
  const lies = (variable: string): string =>
    `(thingkindof ${variable} ${thing}_kind) (inside ${variable} ?p)`;
  switch (taskType) {
    case 'look_at_obj_in_light':
      return `(exists (?h - helper ?t ?l - thing) (and (thingkindof ?t ${thing}_kind) (carries ?h ?t) (lamp ?l) (shining ?l)))`;
    case 'pick_two_obj_and_place':
      return `(exists (?p - place ?t ?u - thing) (and (not (= ?t ?u)) (placekindof ?p ${place}_kind) ${lies('?t')} ${lies('?u')}))`;
    default: {
      const states = { wash: '(washed ?t)', heat: '(heated ?t)', chill: '(chilled ?t)' };
      const state = treatment === null ? '' : ` ${states[treatment]}`;
      return `(exists (?p - place ?t - thing) (and (placekindof ?p ${place}_kind) ${lies('?t')}${state}))`;
    }
  }
}

const TREATED = {
  wash: { verb: 'wash', adjective: 'clean' },
  heat: { verb: 'heat', adjective: 'hot' },
  chill: { verb: 'cool', adjective: 'cold' },
} as const;

/** The task in words; one of several sentences. */
export function taskSentence({ taskType, treatment, thing, place }: HouseholdTask, rng: Rng): string {
  const treated = treatment === null ? null : TREATED[treatment];
  let sentences: readonly string[];
  if (taskType === 'look_at_obj_in_light') {
    sentences = [
      `look at the ${thing} under the desklamp`,
      `hold the ${thing} with the desklamp switched on`,
    ];
  } else if (taskType === 'pick_two_obj_and_place') {
    sentences = [
      `put two ${thing}s in the same ${place}`,
      `find two ${thing}s and leave both at one ${place}`,
    ];
  } else if (treated === null) {
    sentences = [`put a ${thing} in the ${place}`, `find a ${thing} and leave it at the ${place}`];
  } else {
    sentences = [
      `put a ${treated.adjective} ${thing} in the ${place}`,
      `${treated.verb} a ${thing} and leave it at the ${place}`,
    ];
  }
  return required(sentences[rng.int(sentences.length)], 'sentence');
}
