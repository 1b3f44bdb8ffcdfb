import type { InformationKind } from './informationKinds.ts';
import type { Guide } from './instructionLayout.ts';

/** What the designer can write about a kind. */
export interface KindGuide extends Guide {
  /** Completes "failed questions ask for ..." */
  readonly label: string;
  /** Completes "memories about ..." */
  readonly noun: string;
  readonly name: string;
  readonly description: string;
}

const ONE_FACT = 'Write one fact for each memory and name the person it is about.';
const STATED_ONLY = 'Keep to what the text states.';
const LEAVE_OTHERS = 'Leave existing memories as they are.';

export const KIND_GUIDES: Readonly<Record<InformationKind, KindGuide>> = {
  time: {
    label: 'when something happened',
    noun: 'dates and times',
    name: 'keep_calendar_dates',
    description:
      'Record the date and time of each fact, with relative time expressions turned into calendar dates.',
    title: 'Keep calendar dates',
    purpose:
      'Store each dated fact with its calendar date, so that it can be found and answered by date later.',
    when: [
      'The text gives the day, month or year of something.',
      'A relative time expression such as yesterday, last week or next month is used.',
    ],
    how: [
      'Resolve every relative time expression against the date of the session and write the resolved calendar date, such as 7 May 2023.',
      'Put the date and the fact it dates into one memory.',
      'Keep the precision of the text: a day, a week, a month or a year.',
      ONE_FACT,
    ],
    constraints: ['Take the date from the text and the session date alone.', LEAVE_OTHERS],
  },
  quantity: {
    label: 'how many or how much',
    noun: 'numbers and amounts',
    name: 'keep_exact_quantities',
    description:
      'Record numbers, counts, amounts, ages, prices, sizes and durations exactly as they were given.',
    title: 'Keep exact quantities',
    purpose:
      'Store how many, how much, how old or how long, so that questions about numbers can be answered.',
    when: [
      'The text gives a number, a count, an amount, an age, a price, a size or a duration.',
      'Someone says how often something is done or how many of a thing there are.',
    ],
    how: ['Write the number together with its unit and what is counted.', 'Keep the number exact.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  place: {
    label: 'where something is or happened',
    noun: 'places',
    name: 'keep_places',
    description:
      'Record the places people live in, come from, visit and meet at: cities, countries, venues and sights.',
    title: 'Keep places and locations',
    purpose: 'Store where people live, meet and travel, so that questions for a place can be answered.',
    when: [
      'The text names a city, a country, a region, a venue or another location.',
      'Someone tells where they travelled, moved or live.',
    ],
    how: ['Write the place by its name and what was seen or done there.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  person: {
    label: 'who was involved',
    noun: 'people and relations',
    name: 'keep_people_and_relations',
    description: 'Record the people mentioned, their names, and how they are related to the speakers.',
    title: 'Keep people and their relations',
    purpose: 'Store who people are: their names, family ties, friendships and other relationships.',
    when: [
      'The text names a person or says how people are related: family, friend, partner, colleague.',
      'The text says with whom something was done or who helped, gave or supported.',
    ],
    how: [
      'Write the name of the person and the relation to the speaker.',
      'Keep who did it together with what was done, one fact for each memory.',
    ],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  name: {
    label: 'what something is called',
    noun: 'names and titles',
    name: 'keep_exact_names',
    description:
      'Record the exact names and titles of things: books, films, songs, games, brands, groups and animals.',
    title: 'Keep exact names and titles',
    purpose:
      'Store what things are called, so that a question for a title or a name can be answered word for word.',
    when: [
      'The text gives the title of a work or the brand of a product.',
      'The text says what something is called or named.',
    ],
    how: [
      'Copy the full name or title exactly as it is written.',
      'Say in the same memory what the name belongs to.',
    ],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  reason: {
    label: 'why something was done',
    noun: 'reasons',
    name: 'keep_reasons',
    description:
      'Record why people do, choose or value something: reasons, motives, causes and what inspired them.',
    title: 'Keep reasons and motives',
    purpose: 'Store the reason together with the choice or act it explains.',
    when: [
      'Someone explains why something was done, chosen, started or given up.',
      'The text tells what inspired, motivated or caused something.',
    ],
    how: ['Write the act and its reason in the same memory, joined by because.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  preference: {
    label: 'what someone likes or prefers',
    noun: 'preferences',
    name: 'keep_preferences',
    description: 'Record preferences: what people like, love, enjoy, prefer, dislike, and their favourites.',
    title: 'Keep preferences and favourites',
    purpose: "Store people's tastes, so that questions about likes, dislikes and favourites can be answered.",
    when: [
      'Someone says that they like, love, enjoy, prefer, dislike or hate something.',
      'The text names a favourite thing or an interest.',
    ],
    how: ['Write who likes or dislikes what, with the exact thing named.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  health: {
    label: "someone's health",
    noun: 'health',
    name: 'keep_health_facts',
    description: 'Record health facts: illnesses, injuries, allergies, treatments and diets.',
    title: 'Keep health facts',
    purpose: 'Store what is known about the health of people and animals.',
    when: [
      'The text mentions an illness, an injury, an allergy, a symptom or a diagnosis.',
      'Someone sees a doctor, takes medicine, follows a diet or begins a treatment.',
    ],
    how: ['Write the condition and its treatment.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  plan: {
    label: 'what someone plans',
    noun: 'plans and goals',
    name: 'keep_plans_and_goals',
    description: 'Record plans, goals, hopes and dreams, and what is being prepared.',
    title: 'Keep plans and goals',
    purpose: 'Store intentions, hopes and preparations with all their particulars.',
    when: ['Someone plans, intends, hopes or dreams.', 'An upcoming trip or change is mentioned.'],
    how: ['Write who plans what, with every particular of the plan that is given.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  activity: {
    label: 'what someone did or does',
    noun: 'activities and hobbies',
    name: 'keep_activity_details',
    description:
      'Record activities and hobbies in detail: pastimes, sports, classes, games, outings and what was made.',
    title: 'Keep the details of activities',
    purpose: 'Store each activity and hobby with its details, also those mentioned in passing.',
    when: [
      'Someone did, does or joined an activity: a hobby, a sport, a class, a game, an outing.',
      'The text says what was made, played, cooked, painted or practised.',
    ],
    how: [
      'Write who did what, with the exact name of the activity and its special details.',
      'Make a memory of its own for each activity of a list.',
    ],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  work: {
    label: "someone's work or studies",
    noun: 'work and studies',
    name: 'keep_work_and_studies',
    description: 'Record jobs, careers, businesses, schools, degrees and courses.',
    title: 'Keep work and studies',
    purpose: 'Store what people work as and study.',
    when: [
      'The text mentions a job, a career, an employer or a business.',
      'Someone studies, takes a course, earns a degree or a certificate.',
    ],
    how: ['Write who works or studies where and as what.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  feeling: {
    label: 'how someone feels',
    noun: 'feelings',
    name: 'keep_feelings',
    description: 'Record how people feel: emotions, moods and impressions, and what they are about.',
    title: 'Keep feelings and impressions',
    purpose: 'Store emotions and impressions together with the matter they concern.',
    when: [
      'Someone says how they feel or felt: happy, proud, grateful, worried, sad, overwhelmed.',
      'Someone describes a mood or an impression.',
    ],
    how: ['Write who feels what, and about what, in the words of the text.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  possession: {
    label: 'what someone has or got',
    noun: 'belongings and gifts',
    name: 'keep_belongings',
    description: 'Record what people own, buy, collect, receive as a gift or give away.',
    title: 'Keep belongings and gifts',
    purpose: 'Store the belongings people have or get, with their features.',
    when: [
      'Someone owns, buys, collects, receives or gives a thing.',
      'The text describes a belonging: its kind, colour or origin.',
    ],
    how: ['Write who has what, from whom, and what is special about it.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  event: {
    label: 'what happened at an event',
    noun: 'events',
    name: 'keep_event_details',
    description:
      'Record events people attend or live through: what happened there, its name, its purpose and its outcome.',
    title: 'Keep the details of events',
    purpose: 'Store which event it was, what took place at it and how it ended.',
    when: [
      'Someone attended, organised, celebrated or won something.',
      'The text tells what happened at a festival, a party, a race, a conference, a trip or an accident.',
    ],
    how: ['Write the name or kind of the event, who took part, and what came of it.', ONE_FACT],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  objectLocation: {
    label: 'where an object is',
    noun: 'locations of objects',
    name: 'track_object_locations',
    description:
      'Record where each object is, in which container or on which surface, and where it was moved.',
    title: 'Track where objects are',
    purpose: 'Store the last known location of every object that was seen, taken, put or moved.',
    when: [
      'The text says that an object is in, on or under something.',
      'An object was put, left, stored or moved somewhere.',
    ],
    how: [
      'Write the object and its location in one memory.',
      'Name the container or surface exactly as in the text.',
    ],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
  actionConstraint: {
    label: 'what an action requires',
    noun: 'requirements of actions',
    name: 'keep_action_constraints',
    description:
      'Record the requirements and rules of actions: what an action needs before it works, and which actions fail.',
    title: 'Keep the conditions of actions',
    purpose: 'Store requirements, order of steps and limits of actions, so that later attempts follow them.',
    when: [
      'The text says what is required or allowed, or which step comes first.',
      'An action failed, or worked only under a condition.',
    ],
    how: ['Write the action, its condition and the result in one memory.', 'Keep the order of steps.'],
    constraints: [STATED_ONLY, LEAVE_OTHERS],
  },
};
