/**
 * The domain of the worlds we generate: one helper walks between places, opens them, and takes, washes, heats, cools and puts
 * down things. Commands are typed as in ALFWorld, so that who plays one plays the other. A text in a module rather than a
 * file of its own: it is found from source, in a bundle and in a worker thread alike.
 */
export const HOUSEHOLD_DOMAIN = `(define (domain household)
  (:requirements :strips :typing :equality :negative-preconditions :disjunctive-preconditions :existential-preconditions)
  (:types helper spot place thing placekind thingkind)
  (:predicates
    (standsat ?h - helper ?s - spot)
    (placeat ?p - place ?s - spot)
    (placekindof ?p - place ?k - placekind)
    (thingkindof ?t - thing ?k - thingkind)
    (keeps ?k - placekind ?t - thingkind)
    (hasdoor ?p - place)
    (dooropen ?p - place)
    (inside ?t - thing ?p - place)
    (carries ?h - helper ?t - thing)
    (handsfull ?h - helper)
    (portable ?t - thing)
    (haswater ?p - place)
    (hasheat ?p - place)
    (hasfrost ?p - place)
    (bearswater ?t - thing)
    (bearsheat ?t - thing)
    (bearsfrost ?t - thing)
    (washed ?t - thing)
    (heated ?t - thing)
    (chilled ?t - thing)
    (lamp ?t - thing)
    (shining ?t - thing))

  (:action walk
    :parameters (?h - helper ?from ?to - spot ?p - place)
    :precondition (and (standsat ?h ?from) (placeat ?p ?to) (not (= ?from ?to)))
    :effect (and (not (standsat ?h ?from)) (standsat ?h ?to)))

  (:action unclose
    :parameters (?h - helper ?s - spot ?p - place)
    :precondition (and (hasdoor ?p) (placeat ?p ?s) (standsat ?h ?s) (not (dooropen ?p)))
    :effect (dooropen ?p))

  (:action shut
    :parameters (?h - helper ?s - spot ?p - place)
    :precondition (and (hasdoor ?p) (placeat ?p ?s) (standsat ?h ?s) (dooropen ?p))
    :effect (not (dooropen ?p)))

  (:action lift
    :parameters (?h - helper ?s - spot ?t - thing ?p - place)
    :precondition (and (portable ?t) (placeat ?p ?s) (standsat ?h ?s) (inside ?t ?p)
      (or (not (hasdoor ?p)) (dooropen ?p)) (not (handsfull ?h)))
    :effect (and (not (inside ?t ?p)) (carries ?h ?t) (handsfull ?h)))

  (:action lay
    :parameters (?h - helper ?s - spot ?t - thing ?p - place ?k - thingkind ?pk - placekind)
    :precondition (and (thingkindof ?t ?k) (placekindof ?p ?pk) (keeps ?pk ?k) (placeat ?p ?s) (standsat ?h ?s)
      (carries ?h ?t) (or (not (hasdoor ?p)) (dooropen ?p)))
    :effect (and (inside ?t ?p) (not (carries ?h ?t)) (not (handsfull ?h))))

  (:action wash
    :parameters (?h - helper ?s - spot ?t - thing ?p - place)
    :precondition (and (haswater ?p) (bearswater ?t) (placeat ?p ?s) (standsat ?h ?s) (carries ?h ?t))
    :effect (washed ?t))

  (:action warm
    :parameters (?h - helper ?s - spot ?t - thing ?p - place)
    :precondition (and (hasheat ?p) (bearsheat ?t) (placeat ?p ?s) (standsat ?h ?s) (carries ?h ?t))
    :effect (and (heated ?t) (not (chilled ?t))))

  (:action chill
    :parameters (?h - helper ?s - spot ?t - thing ?p - place)
    :precondition (and (hasfrost ?p) (bearsfrost ?t) (placeat ?p ?s) (standsat ?h ?s) (carries ?h ?t))
    :effect (and (chilled ?t) (not (heated ?t))))

  (:action switchon
    :parameters (?h - helper ?s - spot ?t - thing ?p - place)
    :precondition (and (lamp ?t) (placeat ?p ?s) (standsat ?h ?s) (inside ?t ?p))
    :effect (shining ?t))

  (:action lookaround
    :parameters (?h - helper)
    :precondition ()
    :effect ())

  (:action feelpockets
    :parameters (?h - helper)
    :precondition ()
    :effect ())

  (:action inspect
    :parameters (?h - helper ?t - thing)
    :precondition (carries ?h ?t)
    :effect ()))
`;

/** Words of the goal's sentence take the place of this mark. */
const TASK_MARK = 'TASK_IN_WORDS';

const GRAMMAR = `grammar :: """
{
  "intro": [{"rhs": "You come into a ROOM. #around#\\n\\nYour task is to: ${TASK_MARK}."}],
  "around": [{"rhs": "These are in it: [{p.indefinite + ' ' + p.name | placeat(p:place, s:spot)}]."}],
  "list_empty": [{"rhs": "nothing"}],
  "list_separator": [{"rhs": ", "}],
  "list_last_separator": [{"rhs": " and "}],
  "contents": [
    {"condition": "hasdoor(p:place) & dooropen(p:place)",
     "rhs": "The {p.name} stands open; it holds [{t.indefinite + ' ' + t.name | inside(t:thing, p:place)}]."},
    {"condition": "hasdoor(p:place)", "rhs": "The {p.name} is shut."},
    {"rhs": "The {p.name} holds [{t.indefinite + ' ' + t.name | inside(t:thing, p:place)}]."}
  ],
  "where": [
    {"condition": "standsat(h:helper, s:spot) & placeat(p:place, s:spot)",
     "rhs": "You are at the [{p.name | standsat(h:helper, s:spot) & placeat(p:place, s:spot)}]."},
    {"rhs": "You are in the middle of the room."}
  ],
  "pockets": [
    {"condition": "handsfull(h:helper)", "rhs": "In your hands: [{t.indefinite + ' ' + t.name | carries(h:helper, t:thing)}]."},
    {"rhs": "Your hands are free."}
  ],
  "state": [
    {"condition": "heated(t:thing)", "rhs": "The {t.name} is hot."},
    {"condition": "chilled(t:thing)", "rhs": "The {t.name} is cold."},
    {"condition": "washed(t:thing)", "rhs": "The {t.name} is spotless."},
    {"rhs": "The {t.name} looks as one would expect."}
  ]
}
""";

action walk { template :: "go to {p}"; feedback :: "You walk over to the {p.name}. #contents#"; }
action unclose { template :: "open {p}"; feedback :: "You pull the {p.name} open. #contents#"; }
action shut { template :: "close {p}"; feedback :: "You shut the {p.name}."; }
action lift { template :: "take {t} from {p}"; feedback :: "You lift the {t.name} out of the {p.name}."; }
action lay { template :: "move {t} to {p}"; feedback :: "You leave the {t.name} at the {p.name}."; }
action wash { template :: "clean {t} with {p}"; feedback :: "You rinse the {t.name} at the {p.name} until it is clean."; }
action warm { template :: "heat {t} with {p}"; feedback :: "You warm the {t.name} with the {p.name}."; }
action chill { template :: "cool {t} with {p}"; feedback :: "You chill the {t.name} with the {p.name}."; }
action switchon { template :: "use {t}"; feedback :: "You switch on the {t.name}, which stands at the {p.name}."; }
action lookaround { template :: "look"; feedback :: "#where# #around#"; }
action feelpockets { template :: "inventory"; feedback :: "#pockets#"; }
action inspect { template :: "examine {t}"; feedback :: "#state#"; }
`;

/** The grammar of a world with its room and task. */
export function householdGrammar(room: string, task: string): string {
  return GRAMMAR.replace('ROOM', room).replace(TASK_MARK, task);
}
