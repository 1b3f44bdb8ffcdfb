import { required } from '../shared/assertions.ts';
import { AppError } from '../shared/errors.ts';
import { entityNames } from './entityNames.ts';
import { factKey, type Bindings } from './factIndex.ts';
import { objectiveOf, type GameFile } from './gameFile.ts';
import {
  applyAction,
  factsOf,
  groundWorld,
  isTrue,
  type GroundAction,
  type GroundWorld,
  type WorldState,
} from './groundWorld.ts';
import { parseDomain } from './parseDomain.ts';
import { parseProblem } from './parseProblem.ts';
import { parseGrammar, type TextGrammar } from './twl2.ts';
import { TextWriter, type TextContext } from './writeText.ts';
import { withWording, type Wording } from './wording.ts';

/** A moment of a game. Never changed: playing makes a new one, so that several continuations can be tried. */
export interface Moment {
  readonly state: WorldState;
  /** Facts an action has made false and none has made true again. */
  readonly denied: ReadonlySet<string>;
  /** What is read. */
  readonly observation: string;
  /** The goal holds. */
  readonly isWon: boolean;
}

/** What a command that cannot be done answers. */
export const NOTHING_HAPPENS = 'Nothing happens.';

function refuseUntold(world: GroundWorld, grammar: TextGrammar, source: string): void {
  const untold = world.actions.find((action) => !grammar.actions.has(action.name));
  if (untold === undefined) return;
  throw new AppError(
    'INVALID_INPUT',
    `The grammar of ${source} does not say how the action ${untold.name} is typed; add it.`,
  );
}

/**
 * A text game: world, grammar and goal of one `game.tw-pddl`. Everything is decided by the state; texts come from the
 * grammar and from nowhere else.
 */
export class TextGame {
  readonly world: GroundWorld;
  readonly start: Moment;
  /** What is to be done, in words. */
  readonly objective: string;
  readonly #grammar: TextGrammar;
  readonly #names: ReadonlyMap<string, string>;
  readonly #writer: TextWriter;
  readonly #commands = new Map<GroundAction, string>();
  readonly #opening: TextContext;

  /**
   * @param source What the game is called in messages.
   * @throws AppError INVALID_INPUT for a game outside the supported subset, naming the feature and its line, and for one
   * whose goal cannot be checked.
   */
  constructor(file: GameFile, source: string, wording: Wording = 'asWritten') {
    const domain = parseDomain(file.pddl_domain, `the domain of ${source}`);
    const problem = parseProblem(file.pddl_problem, domain, `the problem of ${source}`);
    this.world = groundWorld(domain, problem);
    if (this.world.goal.kind === 'true' || this.world.goal.kind === 'false') {
      throw new AppError(
        'INVALID_INPUT',
        `The goal of ${source} is ${this.world.goal.kind} whatever is done, so it cannot be checked; correct the goal.`,
      );
    }
    this.#grammar = withWording(parseGrammar(file.grammar, `the grammar of ${source}`), wording);
    refuseUntold(this.world, this.#grammar, source);
    this.#names = entityNames(this.world.typeOf.keys());
    this.#writer = new TextWriter(this.#grammar);
    const silent = { state: this.world.initial, denied: new Set<string>(), observation: '', isWon: false };
    this.#opening = this.#context(silent, new Map());
    const observation = this.#writer.write([{ kind: 'reference', name: 'intro' }], this.#opening);
    this.objective = objectiveOf(observation);
    this.start = { ...silent, observation, isWon: isTrue(this.world.goal, silent.state) };
  }

  /** Actions that can be done now. */
  actions({ state }: Moment): GroundAction[] {
    return this.world.actions.filter((action) => isTrue(action.condition, state));
  }

  /** Admissible commands, sorted, each once. */
  commands(moment: Moment): string[] {
    return [...new Set(this.actions(moment).map((action) => this.commandOf(action)))].sort();
  }

  /** How an action is typed. */
  commandOf(action: GroundAction): string {
    const known = this.#commands.get(action);
    if (known !== undefined) return known;
    // What a command is made of never changes, so the first state serves.
    const { template } = required(this.#grammar.actions.get(action.name), `text of ${action.name}`);
    const command = this.#writer.write(template, { ...this.#opening, bindings: action.bindings });
    this.#commands.set(action, command);
    return command;
  }

  /** What follows when a command is typed; a command that is not admissible changes nothing. */
  play(moment: Moment, command: string): Moment {
    const typed = command.trim();
    const action = this.actions(moment).find((one) => this.commandOf(one) === typed);
    return action === undefined ? { ...moment, observation: NOTHING_HAPPENS } : this.act(moment, action);
  }

  /** What follows an action that can be done. */
  act(moment: Moment, action: GroundAction): Moment {
    const state = applyAction(action, moment.state);
    const denied = new Set(moment.denied);
    for (const [index, { predicate, args }] of this.world.atoms.entries()) {
      if (state[index] === moment.state[index]) continue;
      if (state[index] === 1) denied.delete(factKey(predicate, args));
      else denied.add(factKey(predicate, args));
    }
    const silent = { state, denied, observation: '', isWon: isTrue(this.world.goal, state) };
    const { feedback } = required(this.#grammar.actions.get(action.name), `text of ${action.name}`);
    return { ...silent, observation: this.#writer.write(feedback, this.#context(silent, action.bindings)) };
  }

  #context({ state, denied }: Moment, bindings: Bindings): TextContext {
    return {
      facts: factsOf(this.world, state),
      denied,
      names: this.#names,
      typeOf: this.world.typeOf,
      bindings,
    };
  }
}
