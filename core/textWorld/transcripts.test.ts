import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { memskillDataFile } from '../config/environment.ts';
import { ALFRED_WORDS, brokenRules, tryEverything } from './fixtures/invariants.ts';
import { listedNames, parseTranscript, transcriptGame } from './fixtures/transcriptWorld.ts';
import { TextGame } from './textGame.ts';

// Law: from objects and facts alone, domain, grammar and wording write every line of a real transcript.

const file = memskillDataFile('alfworld/transcripts.json');
const read = (name: string): string => readFileSync(memskillDataFile(`alfworld/${name}`) ?? '', 'utf8');
const transcripts =
  file === null ? {} : (JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, string>>);

const put = (object: string, place: string, also = ''): string =>
  `(exists (?r - receptacle ?o - object) (and (inReceptacle ?o ?r) (objectType ?o ${object}Type) (receptacleType ?r ${place}Type) ${also}))`;

const GOALS: Readonly<Record<string, string>> = {
  act_put_0: put('SprayBottle', 'Toilet'),
  act_clean_0: put('Lettuce', 'DiningTable', '(cleanable ?o) (isClean ?o)'),
  act_heat_0: put('Egg', 'DiningTable', '(heatable ?o) (isHot ?o)'),
  act_cool_0: put('Pan', 'StoveBurner', '(coolable ?o) (isCool ?o)'),
  act_puttwo_0: `(exists (?r - receptacle ?o ?p - object) (and (not (= ?o ?p)) (receptacleType ?r DresserType)
    (objectType ?o CreditCardType) (inReceptacle ?o ?r) (objectType ?p CreditCardType) (inReceptacle ?p ?r)))`,
  act_examine_0: `(exists (?a - agent ?o ?l - object) (and (objectType ?o BowlType) (holds ?a ?o)
    (objectType ?l DeskLampType) (isToggled ?l)))`,
};

/** Where the people who copied the transcripts slipped: a step left out, and a list whose "and" is missing. */
const LEFT_OUT: Readonly<Record<string, string>> = { act_heat_0: 'go to fridge 1' };
const WITHOUT_AND: Readonly<Record<string, number>> = { act_put_0: 0 };

function withAnd(text: string): string {
  const last = text.lastIndexOf(', ');
  return `${text.slice(0, last)}, and ${text.slice(last + 2)}`;
}

describe.skipIf(file === null)('official transcripts (needs MEMSKILL_DATA)', () => {
  test.each(Object.entries(transcripts))('%s is written again, line by line', (name, text) => {
    const transcript = parseTranscript(text);
    const official = { domain: read('alfred.pddl'), grammar: read('alfred.twl2') };
    const game = new TextGame(transcriptGame(transcript, official, GOALS[name] ?? ''), name, 'older');
    let moment = game.start;
    expect(moment.observation).toBe(`${transcript.opening}\n${transcript.task}`);
    expect(game.objective).toBe(transcript.task.slice('Your task is to: '.length, -1));
    const omitted = LEFT_OUT[name];
    if (omitted !== undefined) moment = game.play(moment, omitted);
    for (const [index, { command, observation }] of transcript.steps.entries()) {
      expect(moment.isWon, `won before step ${index + 1}`).toBe(false);
      expect(game.commands(moment)).toContain(command);
      expect(tryEverything(game, moment, ALFRED_WORDS)).toEqual([]);
      moment = game.play(moment, command);
      const wanted = WITHOUT_AND[name] === index ? withAnd(observation) : observation;
      expect(moment.observation, `after ${command}`).toBe(wanted);
    }
    expect(brokenRules(game, moment, ALFRED_WORDS)).toEqual([]);
    expect(moment.isWon).toBe(true);
  });

  test('the wording as the game has it answers with an arrival and takes move', () => {
    const transcript = parseTranscript(transcripts['act_put_0'] ?? '');
    const official = { domain: read('alfred.pddl'), grammar: read('alfred.twl2') };
    const game = new TextGame(transcriptGame(transcript, official, GOALS['act_put_0'] ?? ''), 'act_put_0');
    let moment = game.start;
    for (const { command } of transcript.steps.slice(0, -1)) {
      moment = game.play(moment, command);
      const place = /^go to (.+)$/u.exec(command)?.[1];
      if (place !== undefined) expect(moment.observation.startsWith(`You arrive at ${place}. `)).toBe(true);
    }
    const commands = game.commands(moment);
    expect(commands.some((command) => command.startsWith('put '))).toBe(false);
    const last = commands.find((command) => /^move .* to toilet 1$/u.test(command)) ?? '';
    const won = game.play(moment, last);
    expect(won.isWon).toBe(true);
    expect(listedNames(won.observation)).toEqual([]);
  });
});
