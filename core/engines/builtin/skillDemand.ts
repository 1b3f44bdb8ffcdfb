import type { Skill } from '../../contract/skill.ts';
import { memoise } from './boundedCache.ts';
import { FACETS, type FacetId } from './facets.ts';
import type { SentenceAnalysis } from './sentenceAnalysis.ts';
import { skillClauses, VAGUE_TIME, type SkillClause } from './skillClauses.ts';
import { topicsNamedBy } from './topicLexicon.ts';
import { isFunctionStem, stemSet, wordsOf } from './wordForms.ts';

/** A subject a skill names that is no facet: "pets", "zorblax". */
export interface TopicDemand {
  /** Id of an everyday topic, or the stem itself. */
  readonly id: string;
  readonly members: ReadonlySet<string>;
  /** 0 to 1, relative to what the skill asks for most. */
  readonly weight: number;
}

/** What a skill's text asks of an executor. */
export interface SkillDemand {
  /** Wanted kinds of information, 0 to 1, relative to what the skill asks for most. */
  readonly facets: ReadonlyMap<FacetId, number>;
  readonly topics: readonly TopicDemand[];
  readonly prohibitedFacets: ReadonlySet<FacetId>;
  readonly prohibitedTopics: readonly TopicDemand[];
  /** How far it asks for anything worth keeping, 0 (only its own kinds) to 1 (no kind of its own). */
  readonly breadth: number;
  /** 1 - breadth. */
  readonly specificity: number;
  /** Relative times are to be written as calendar times. */
  readonly resolvesDates: boolean;
  /** The speaker is not to be named. */
  readonly hidesNames: boolean;
  readonly prohibitsSpeculation: boolean;
  readonly prohibitsTrivia: boolean;
}

/** Words of the trade and of writing instructions: they name nothing to remember. */
const GENERIC_STEMS = stemSet(`
  fact information info detail memory memorise memorize item skill span text conversation dialogue dialog
  chat message turn session context content statement sentence phrase word wording expression entry note
  record store save capture retain log track register document list insert update delete noop add create
  remove revise merge change correct replace extend rewrite rephrase normalise normalize summarise summarize
  write read state describe describing express indicate involve involving reveal name call label quote copy
  follow include including contain person human user speaker assistant participant talker subject character
  whoever individual everyone self new old lasting durable permanent stable important key notable
  significant relevant useful valuable essential main major minor meaningful general specific specifically
  explicit explicitly concrete precise precisely exact exactly accurate clear clearly brief briefly short
  long full fully complete completely whole entire single separate separately different distinct unique
  similar identical close good best better great high low big small little right wrong true false real
  actual actually original current currently present previous previously earlier later recent recently past
  next first last second third final initial early late already still apply application purpose use usage
  constraint rule instruction instructive guideline step action type format style form example case kind
  sort category require requirement allow avoid ensure check compare match decide choose select point refer
  reference identify detect recognise recognize determine find search look seek retrieve retrieved retrieval
  query question answer ask respond reply available possible necessary appropriate proper properly likely
  certain uncertain unknown known obvious evidence source claim hold bring happen occur appear exist become
  stay remain start stop end begin continue live life way part piece bit set group side line level mind
  sense value worth matter aspect attribute property nature topic theme issue concern concerning regard
  regarding relate related relevance mention mentioned discuss discussed talk talking tell told speak spoken
  said clue cue signal hint pattern instance whether term understandable understand standalone independent
  alone together combine join link connect attach associate pair along object candidate duplicate
  duplication redundant repeat repetition existing overlap conflict contradict contradiction cancel void
  trivial trivia speculation speculative speculate guess rumor hypothetical joke chatter filler greeting
  pleasantry thank politeness chit smalltalk ago longer anymore today everyday daily common commonly
  frequent frequently regular regularly attention careful carefully focus emphasise emphasize highlight
  special particular particularly especially primarily mainly resolve resolved convert translate compute
  calculate derive absolute relative vague approximate help let enable support keep try need want must
  should would could may might will shall remember forget newer older rather plainly openly partly instead
  whatever nobody matters leave touch lead empty free brings otherwise merely far carry carries cite wordy
  readable afterwards natural normal usual default top chief central core basic broad narrow wide deep light
  heavy strong weak easy hard simple plain detailed thorough rich vivid lively nuance nuanced subtle found
  made given taken shown written kept meant named called asked done itself themselves oneself whichever pay
  cover say ever within upon via plus ie eg`);

/** Whole turns of phrase in which a facet's word means something else. */
const IDIOMS =
  /\b(?:at the same time|(?:one|two) at a time|at a time|each time|every time|any ?time|all the time|over time|from time to time|in time|long time|(?:first|next|last|real|same) time|up[ -]to[ -]date|out of date|to date|day[ -]to[ -]day|these days|end of the day|(?:takes?|took|taking|taken) place|in (?:the )?first place|in place|place of|in case|as well|at least|in order|of course|make sure|keeps? (?:in mind|track)|short-term|long-term|belongs? to|of their own|of its own|on (?:its|their) own|(?:one's|their|his|her|its) own|for (?:that|this) reason|cause(?:s|d)? by|interested in|points? of|(?:states?|gives?|says?|means?) (?:the|a|that|so)|(?:speaker|user|person)(?:'s)? names?|names? of (?:the |each |every )?(?:speaker|user)s?|name (?:the|each|every|who|of the) (?:speaker|user|person|subject)s?)\b/gu;
/** A kind of anything: "lasting facts", "whatever matters"; not when what it is about follows. */
const BREADTH =
  /\b(?:(?:lasting|durable|new|important|key|notable|relevant|useful|significant|any|all|other|memorable|essential|main|every|meaningful|personal) (?:(?:lasting|new|important|personal|relevant) )?(?:facts?|information|details?|things?|statements?|knowledge)|anything|everything|whatever|information|worth (?:keeping|remembering|storing)|facts? (?:and|or),?)\b(?! (?:about|on|regarding|concerning|of|that (?:concern|tell|say|describe|involve)|related|to do with|involving|which))/gu;
const RESOLUTION =
  /\b(?:resolv\w+|absolute|calendar|exact date|actual date|full date|convert\w*|work out|compute|translate)\b/u;
const NAME_WORDS = /\b(?:names?|identit(?:y|ies)|who (?:said|says|speaks))\b/u;
const TRIVIA =
  /\b(?:trivia\w*|small talk|chit-?chat|greetings?|pleasantr\w+|filler|chatter|thanks|politeness)\b/u;
const SPECULATION = /\b(?:speculat\w+|guess\w*|rumou?rs?|hypothetical\w*|jokes?|assumptions?|uncertain)\b/u;

/** What is asked for less than this share of the most asked was an aside. */
const ASIDE = 0.15;
const MAX_OWN_WORDS = 12;
/** A word nobody listed may be the subject or a turn of phrase of the author: it counts a little less than a known topic. */
const OWN_WORD = 0.8;
/** Unlisted words count only where a skill says what it is for, not where it says how to write. */
const OWN_WORD_PLACE = 0.7;

interface Tally {
  readonly facets: Map<FacetId, number>;
  readonly topics: Map<string, { members: Set<string>; weight: number }>;
}

const emptyTally = (): Tally => ({ facets: new Map(), topics: new Map() });

function addTopic({ topics }: Tally, id: string, members: Iterable<string>, weight: number): void {
  const known = topics.get(id);
  if (known === undefined) {
    topics.set(id, { members: new Set(members), weight });
    return;
  }
  for (const member of members) known.members.add(member);
  known.weight += weight;
}

const asked = new Set(FACETS.flatMap(({ asks }) => [...asks]));

/** Manner, never a subject. */
const isAdverb = (stem: string): boolean => /\p{L}{3}li$/u.test(stem);

/** Adds what one clause names to the tally. */
function tallyClause(tally: Tally, text: string, weight: number): void {
  const plain = text.replace(IDIOMS, ' ').replace(BREADTH, ' ');
  const stems = [...new Set(wordsOf(plain).map((word) => word.stem))];
  for (const { id, asks, askPhrases } of FACETS) {
    const words = stems.filter((stem) => asks.has(stem)).length;
    const phrases = askPhrases?.test(text) === true ? 1 : 0;
    if (words + phrases > 0)
      tally.facets.set(id, (tally.facets.get(id) ?? 0) + weight * Math.min(2, words + phrases));
  }
  for (const stem of stems) {
    if (
      isAdverb(stem) ||
      stem.length < 3 ||
      isFunctionStem(stem) ||
      GENERIC_STEMS.has(stem) ||
      asked.has(stem)
    )
      continue;
    const named = topicsNamedBy(stem);
    for (const topic of named) addTopic(tally, topic.id, topic.members, weight);
    if (named.length === 0 && weight >= OWN_WORD_PLACE) addTopic(tally, stem, [stem], weight * OWN_WORD);
  }
}

function heaviest(tally: Tally): number {
  const weights = [...tally.facets.values(), ...[...tally.topics.values()].map(({ weight }) => weight)];
  return Math.max(0, ...weights);
}

/** Asked for this often, a kind is fully wanted; repeating it more takes nothing from the others. */
const FULL_WEIGHT = 2;

const shareOf = (weight: number, most: number): number => Math.min(1, weight / Math.min(most, FULL_WEIGHT));

function topicDemands(tally: Tally, most: number): TopicDemand[] {
  return [...tally.topics]
    .map(([id, { members, weight }]) => ({ id, members, weight: shareOf(weight, most) }))
    .filter(({ weight }) => weight >= ASIDE)
    .sort((a, b) => b.weight - a.weight || (a.id < b.id ? -1 : 1))
    .slice(0, MAX_OWN_WORDS);
}

function facetDemands(tally: Tally, most: number): Map<FacetId, number> {
  const demands = new Map<FacetId, number>();
  for (const [id, weight] of tally.facets) {
    const share = shareOf(weight, most);
    if (share >= ASIDE) demands.set(id, share);
  }
  return demands;
}

function breadthOf(wanted: readonly SkillClause[], tally: Tally): number {
  const broad = wanted.reduce(
    (sum, { text, weight }) => sum + weight * (text.match(BREADTH) ?? []).length,
    0,
  );
  const specific = [
    ...tally.facets.values(),
    ...[...tally.topics.values()].map(({ weight }) => weight),
  ].reduce((sum, weight) => sum + weight, 0);
  return specific === 0 ? 1 : broad / (broad + specific);
}

function read(key: string): SkillDemand {
  // The key is made by readSkill from exactly these fields.
  const skill = JSON.parse(key) as Pick<Skill, 'description' | 'instruction' | 'type'>;
  const clauses = skillClauses(skill);
  const wanted = clauses.filter(({ polarity }) => polarity === 'wanted');
  const prohibited = clauses.filter(({ polarity }) => polarity === 'prohibited');
  const wants = emptyTally();
  for (const { text, weight } of wanted) tallyClause(wants, text, weight);
  const forbids = emptyTally();
  for (const { text } of prohibited) tallyClause(forbids, text, 1);
  // What is asked for and forbidden at once is forbidden: a prohibition is the more specific wish.
  for (const id of forbids.facets.keys()) wants.facets.delete(id);
  for (const id of forbids.topics.keys()) wants.topics.delete(id);
  const most = heaviest(wants);
  const facets = facetDemands(wants, most);
  const breadth = breadthOf(wanted, wants);
  const prohibitsTime = forbids.facets.has('time');
  const asksExact = clauses.some(({ text, polarity }) =>
    polarity === 'wanted' ? RESOLUTION.test(text) : polarity === 'neutral' && VAGUE_TIME.test(text),
  );
  return {
    facets,
    topics: topicDemands(wants, most),
    prohibitedFacets: new Set(forbids.facets.keys()),
    prohibitedTopics: topicDemands(forbids, heaviest(forbids)),
    breadth,
    specificity: 1 - breadth,
    resolvesDates: !prohibitsTime && (facets.get('time') ?? 0) >= (asksExact ? ASIDE : DATE_SHARE),
    hidesNames: prohibited.some(({ text }) => NAME_WORDS.test(text)),
    prohibitsSpeculation: prohibited.some(({ text }) => SPECULATION.test(text)),
    prohibitsTrivia: prohibited.some(({ text }) => TRIVIA.test(text)),
  };
}

/** A skill that mentions time this much wants its memories dated. */
const DATE_SHARE = 0.3;

const readText = memoise(2_000, read);

/** Reads a skill's description and instruction. Pure; the same words always ask for the same. */
export function readSkill({
  description,
  instruction,
  type,
}: Pick<Skill, 'description' | 'instruction' | 'type'>): SkillDemand {
  return readText(JSON.stringify({ description, instruction, type }));
}

function topicStrength(topic: TopicDemand, { content }: SentenceAnalysis): number {
  let hits = 0;
  for (const stem of content) if (topic.members.has(stem)) hits += 1;
  return hits === 0 ? 0 : hits === 1 ? 0.8 : 1;
}

/** How well a sentence is of the kinds a skill asks for, 0 to 1; breadth does not count here. */
export function kindMatch(demand: SkillDemand, sentence: SentenceAnalysis): number {
  let miss = 1;
  for (const [id, weight] of demand.facets) miss *= 1 - weight * sentence.facets[id];
  for (const topic of demand.topics) miss *= 1 - topic.weight * topicStrength(topic, sentence);
  return 1 - miss;
}

/** From here on a sentence is of a prohibited kind: the kind is what the sentence is about, not an aside. */
const PROHIBITED_STRENGTH = 0.5;

/** Whether a sentence is of a kind the skill forbids. Times are not: they are cut out of the sentence instead. */
export function isProhibited(demand: SkillDemand, sentence: SentenceAnalysis): boolean {
  if (demand.prohibitsTrivia && sentence.isCourtesy && sentence.salience < 0.5) return true;
  if (demand.prohibitsSpeculation && sentence.isSpeculative) return true;
  for (const id of demand.prohibitedFacets)
    if (id !== 'time' && sentence.facets[id] >= PROHIBITED_STRENGTH) return true;
  return demand.prohibitedTopics.some((topic) => topicStrength(topic, sentence) > 0);
}
