import { required } from '../shared/assertions.ts';
import { createRng, type Rng } from '../shared/rng.ts';
import { readIsoTime } from './isoTime.ts';
import type { OwnEvent, OwnTraceLine } from './ownSchema.ts';

/**
 * The sample of a sensor log: weeks of a small house as events, made up from a seed. Questions are about readings out of
 * the ordinary, so that the answer stands in one event each.
 */

const WEEKS = 5;
const DAYS = 7;
const START = Date.UTC(2025, 2, 3);
const PLANTS = ['basil', 'lemon tree', 'fern', 'orchid', 'fig', 'rosemary', 'ivy'];
const PROGRAMMES = ['cotton 60', 'wool 30', 'quick 40', 'linen 40', 'sport 30', 'towels 60', 'silk 20'];
const VISITORS = ['postman', 'plumber', 'neighbour', 'florist', 'courier', 'electrician', 'piano tuner'];

type Event = OwnEvent & { readonly id: string };
type Question = NonNullable<OwnTraceLine['questions']>[number];

interface Day {
  readonly events: readonly Event[];
  readonly questions: readonly Question[];
}

function clock(rng: Rng, hour: number): string {
  return `${String(hour).padStart(2, '0')}:${String(rng.int(12) * 5).padStart(2, '0')}`;
}

function dayOf(
  rng: Rng,
  day: { readonly date: string; readonly number: number; readonly pick: (list: readonly string[]) => string },
): Day {
  const { date, number, pick } = day;
  let made = 0;
  const event = (hour: number, source: string, fields: OwnEvent['fields']): Event => {
    made += 1;
    return { id: `d${number}e${made}`, time: `${date}T${clock(rng, hour)}`, source, fields };
  };
  const plant = pick(PLANTS);
  const programme = pick(PROGRAMMES);
  const visitor = pick(VISITORS);
  const events = [
    event(6, 'kitchen fridge', { temperature: 3 + rng.int(30) / 10, doorOpen: false }),
    event(7, 'bedroom window', { open: rng.int(2) === 0 }),
    event(9, 'front door', { visitor, rang: true }),
    event(11, 'water meter', { litres: 40 + rng.int(160) }),
    event(14, 'plant monitor', { plant, soilMoisturePercent: 5 + rng.int(10), needsWater: true }),
    event(17, 'washing machine', { programme, minutes: 30 + 5 * rng.int(18), finished: true }),
    event(20, 'living room thermostat', { temperature: 18 + rng.int(40) / 10, heating: rng.int(2) === 0 }),
    event(22, 'air sensor', { co2: 500 + 10 * rng.int(90), humidityPercent: null }),
  ];
  const at = (index: number): Event => required(events[index], 'event of the day');
  const words = required(readIsoTime(date), 'day').dayInWords;
  const [fridge, visit, water, thirst, wash] = [at(0), at(2), at(3), at(4), at(5)];
  return {
    events,
    questions: [
      {
        question: `Who rang at the front door on ${words}?`,
        answers: [visitor],
        category: 'source',
        evidence: [visit.id],
      },
      {
        question: `When did the ${plant} need water?`,
        answers: [words],
        category: 'time',
        evidence: [thirst.id],
      },
      {
        question: `How many litres did the water meter report on ${words}?`,
        answers: [String(water.fields['litres'])],
        category: 'value',
        evidence: [water.id],
      },
      {
        question: `Which programme did the washing machine run on ${words}?`,
        answers: [programme],
        category: 'value',
        evidence: [wash.id],
      },
      {
        question: `What temperature did the kitchen fridge report on ${words}?`,
        answers: [String(fridge.fields['temperature'])],
        category: 'value',
        evidence: [fridge.id],
      },
    ],
  };
}

function weekOf(seed: number, week: number): OwnTraceLine {
  const rng = createRng('sensor log', seed, week);
  const shuffled = new Map(
    [PLANTS, PROGRAMMES, VISITORS].map((list) => [list as readonly string[], rng.shuffle(list)]),
  );
  const days = Array.from({ length: DAYS }, (_, number) => {
    const date = new Date(START + (week * DAYS + number) * 86_400_000).toISOString().slice(0, 10);
    // Each once a week: a question about it has one answer.
    const pick = (list: readonly string[]): string =>
      required(shuffled.get(list)?.[number], 'name of the day');
    return dayOf(rng, { date, number: number + 1, pick });
  });
  return {
    id: `house-week-${week + 1}`,
    split: week < WEEKS - 2 ? 'train' : week === WEEKS - 2 ? 'validation' : 'test',
    events: days.flatMap(({ events }) => [...events]),
    questions: days.flatMap(({ questions }) => [...questions]),
  };
}

export const SENSOR_LOG_SEED = 7;

/** The sample as the text of a JSON Lines file. */
export function sensorLog(seed: number): string {
  return Array.from({ length: WEEKS }, (_, week) => `${JSON.stringify(weekOf(seed, week))}\n`).join('');
}
