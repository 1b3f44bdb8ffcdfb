import type { SentenceFeatures } from './sentenceFeatures.ts';
import { stemSet } from './wordForms.ts';

/**
 * The kinds of information a skill can ask for. Each facet says by which words a skill's text asks for it and how strongly
 * a sentence carries it. A skill is matched by kind, not by wording, so a paraphrase of a skill does what the skill does.
 */
export type FacetId =
  | 'time'
  | 'activity'
  | 'person'
  | 'preference'
  | 'quantity'
  | 'place'
  | 'plan'
  | 'objectLocation'
  | 'actionConstraint'
  | 'feeling'
  | 'possession'
  | 'health'
  | 'work'
  | 'event'
  | 'reason'
  | 'name';

export interface Facet {
  readonly id: FacetId;
  /** For people, in the middle of a sentence. */
  readonly label: string;
  /** Stems (wordForms.ts) by which a skill's text asks for this kind. */
  readonly asks: ReadonlySet<string>;
  /** Turns of phrase that ask for it; matched against lower-case text. */
  readonly askPhrases: RegExp | null;
  /** How strongly a sentence carries this kind of information, 0 to 1. */
  readonly strength: (sentence: SentenceFeatures) => number;
}

const hasAny = (words: string): ((sentence: SentenceFeatures) => boolean) => {
  const stems = stemSet(words);
  return ({ content }) => content.some((stem) => stems.has(stem));
};

const hasTopic = ({ topics }: SentenceFeatures, ...ids: readonly string[]): boolean =>
  ids.some((id) => topics.has(id));

/** Largest value whose condition holds. */
function strongest(...cases: readonly (readonly [number, boolean])[]): number {
  return cases.reduce((best, [value, holds]) => (holds && value > best ? value : best), 0);
}

const STRONG_TIME =
  /\b(?:yesterday|today|tonight|tomorrow|ago|(?:last|this|next|past|coming) (?:night|morning|afternoon|evening|week|weekend|month|year|summer|winter|spring|fall|autumn|mon|tue|wed|thu|fri|sat|sun)\w*|over the weekend|january|february|april|june|july|august|september|october|november|december|(?:in|on|last|next|since|until|by) (?:may|march)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:19|20)\d\d|for (?:\w+ )?(?:years|months|weeks)|\d+ (?:years|months|weeks))\b/iu;
const WOULD_LIKE = /\b(?:would|['’]d) (?:really )?(?:like|love|prefer) to\b/iu;

/** Words after which a clause with "when", "where" names what to record; elsewhere it is a condition. */
const CONTENT_CLAUSE = String.raw`(?:record|note|notes|log|track|remember|capture|store|keep|know|write down|jot down|state|states|say|says|tell|tells|mention|mentions|about|of|and|or|exactly|including|with|show|shows|add|find out|down|,)`;

const doesThings =
  hasAny(`play attend join start practice practise visit volunteer participate learn teach organize organise host create
  finish perform train compete explore sign enroll register help build celebrate meet spend travel try take go cook bake paint write read run
  swim hike camp dance sing watch fish garden draw knit ride climb surf ski exercise work study donate collect photograph film`);
const socialWords =
  hasAny(`friend neighbor colleague coworker boss mentor teammate partner girlfriend boyfriend roommate classmate
  single date dating introduce named name people group team community crush relationship guy lady stranger teacher coach kid`);
const likes =
  hasAny(`love like enjoy adore hate dislike prefer favorite passion passionate fan obsess appreciate dream fond interested
  favourite fascinate crave into admire treasure`);
const placeWords =
  hasAny(`place city town country village beach mountain park museum restaurant cafe shelter church hospital school
  station airport hotel studio gallery garden lake river forest island farm store shop mall library theater stadium gymnasium street downtown
  neighborhood area home house apartment office center centre club camp trail desert coast spot venue abroad overseas there region state`);
const movesSomewhere = hasAny(
  'move live visit travel go stay drive fly arrive return settle relocate explore trip tour vacation',
);
const emotion =
  hasAny(`happy sad angry upset excited nervous anxious stress stressed proud grateful thankful afraid scared scary fear worry
  worried lonely hopeful relieved relieve disappoint disappointed frustrate frustrated overwhelm calm peaceful peace joy thrill thrilled nostalgic
  guilty ashamed jealous confident shock shocked heartbroken grief miss emotional feel feeling mood tough hard comfort therapeutic inspire inspired
  motivated motivate blessed awesome amazing cry tear laugh refresh rewarding powerful devastate surprised`);
const gets =
  hasAny(`buy get own have purchase receive sell adopt rescue donate inherit collect lend borrow acquire order gift present give new
  belong keep bring lose`);
const ownedThings =
  hasAny(`car house apartment dog cat pet guitar piano computer laptop phone camera book necklace ring watch bicycle painting shoe
  dress shirt jacket ticket furniture plant instrument console figurine collection bowl cup toy tattoo jewelry bag business store shop`);
const happens =
  hasAny(`happen event party wedding concert ceremony meeting accident festival parade trip visit win lose graduate marry birth
  die move celebrate achieve award interview race tournament competition conference workshop show exhibition performance launch open
  break adopt join start begin finish quit pass fail hurt rescue crash flood fire arrive milestone reunion picnic date dinner`);
const becauseWords =
  /\b(?:because|since|so that|that['’]s why|the reason|due to|in order to|inspired (?:by|me|us)|motivat\w+|thanks to|made me|makes me|helps? me|helped me|reminds? me|stands? for|symboli[sz]\w+|means|as a result|led me|pushed me|to (?:help|support|raise|show|share|improve|honou?r))\b/iu;
const LOCATED =
  /\b(?:(?:is|are|was|were|put|puts|placed?|left|lies|find|found|see|keep|kept|store|stored|moved?|hid|sits?)\b.{0,40}\b(?:in|on|inside|into|onto|under|behind|beneath|above|beside|next to|near|from|at)\b|(?:in|on|inside|under|behind|next to) the .{1,40}\b(?:is|are|you see|there)\b)/iu;
const CONSTRAINED =
  /\b(?:must|need(?:s|ed)? to|ha(?:s|ve|d) to|can(?:no|['’]?)t|only (?:if|when|after|works?)|before (?:you|i|we|it)|after (?:you|i|we) (?:have|\w+ed)|requires?|nothing happens|unless|not allowed|should(?:n['’]t| not)? |won['’]t|not possible|first .{1,60} then)\b/iu;
const MEASURED =
  /\d|[$€£%]|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|couple|several|half|twice|once|both|double|many|few)\b/iu;
const IN_PLACE = /\b(?:in|at|to|from|near|around|across|through|visit(?:ed|ing)?) (?:the )?\p{Lu}\p{L}+/u;

export const FACETS: readonly Facet[] = [
  {
    id: 'time',
    label: 'dates and times',
    asks: stemSet(`date dated datable calendar chronology chronological chronologically timeline timing timestamp timeframe temporal temporally time
      day days month year week weekday weekend season moment period era hour clock ago anniversary birthday recency
      schedule sequence yesterday tomorrow`),
    askPhrases: new RegExp(
      String.raw`\bhow (?:long ago|recently|soon)\b|\bat what (?:time|point)|\bwhich day\b|\bpoints? in time\b|\border of events\b|\bwhen\b[^.;:\n]{0,60}\b(?:happen(?:s|ed)|took place|takes place|occurr?(?:s|ed))\b|\b${CONTENT_CLAUSE} when (?!to\b|the (?:text|span|conversation|skill)|needed|possible|relevant|in doubt|it is|unsure)`,
      'u',
    ),
    strength: ({ hasTime, hasNumber, isPast, isFuture, text }) =>
      strongest(
        [1, STRONG_TIME.test(text)],
        [0.55, hasTime && (isPast || isFuture)],
        [0.35, hasTime],
        [0.15, hasNumber && isPast],
      ),
  },
  {
    id: 'activity',
    label: 'activities',
    asks: stemSet(`activity hobby pastime pursuit leisure recreation recreational practice undertake undertaking participation participate
      involvement routine habit outing engagement endeavor project`),
    askPhrases:
      /\b(?:things|what) (?:\S+ ){0,4}(?:does|do|did|doing|done)\b|\bspends? (?:\S+ )?(?:free |spare )?time\b|\bspare time\b|\bfree time\b|\btakes? part\b|\btook part\b|\btaking part\b|\bwhat keeps \S+ busy\b/u,
    strength: (s) => {
      const isDone = doesThings(s);
      const isPursuit = hasTopic(
        s,
        'sport',
        'outdoors',
        'music',
        'art',
        'dance',
        'books',
        'film',
        'games',
        'community',
        'travel',
      );
      return strongest(
        [1, isDone && isPursuit && !s.isSecondPerson],
        [0.6, isDone && s.isFirstPerson],
        [0.5, isPursuit],
      );
    },
  },
  {
    id: 'person',
    label: 'people and relations',
    asks: stemSet(`relationship relation relational kinship family friend friendship acquaintance spouse partner colleague sibling
      companion biographical identity entity social connection kin household`),
    askPhrases:
      /\bwho\b(?! (?:speaks|is speaking|said|says|reads)\b)(?= (?:\S+ ){0,3}(?:is|are|was|were|knows?|with|lives?|belongs?|matters?))|\bpeople (?:and|or|they|in (?:the|their|his|her)|mentioned|around|close|who matter|someone knows)\b|\b(?:important|other|new|about|which|and|names of|individual) (?:people|persons)\b|\b(?:record|note|capture|remember|about|track|store) (?:the |all )?people\b|\bloved ones\b|\brelatives\b(?! (?:date|time|expression)s?)|\bwhom\b/u,
    strength: (s) =>
      strongest(
        [1, hasTopic(s, 'family') && s.isFirstPerson],
        [0.8, s.names.length > 0 && socialWords(s)],
        [0.7, hasTopic(s, 'family')],
        [0.7, socialWords(s) && s.isFirstPerson],
        [0.4, s.names.length > 0],
        [0.3, socialWords(s)],
      ),
  },
  {
    id: 'preference',
    label: 'likes and dislikes',
    asks: stemSet(
      'preference prefer dislike favorite favourite taste opinion attitude liking fond fondness interest passion hate enjoy enjoyment',
    ),
    askPhrases:
      /\b(?:likes|loves|likes? (?:and|or) dislikes?|what (?:\S+ ){1,3}(?:likes?|loves?))\b|\bcares? (?:most )?about\b|\bpoints? of view\b/u,
    strength: (s) =>
      strongest(
        [1, likes(s) && s.isFirstPerson && !WOULD_LIKE.test(s.text) && s.content.length > 2],
        [0.45, likes(s) && !s.isSecondPerson],
      ),
  },
  {
    id: 'quantity',
    label: 'numbers and amounts',
    asks: stemSet(
      'number numeric numerical amount quantity count total price cost sum measure measurement size age percentage score figure statistic length distance weight height duration frequency',
    ),
    askPhrases: /\bhow (?:many|much|old|big|far|large|tall|often|long(?! ago))\b/u,
    strength: ({ text, hasNumber }) =>
      strongest([1, /\d|[$€£%]/u.test(text)], [0.7, hasNumber], [0.3, MEASURED.test(text)]),
  },
  {
    id: 'place',
    label: 'places',
    asks: stemSet(
      'place location city country town venue address geography geographic destination region site whereabouts hometown locality setting',
    ),
    askPhrases: new RegExp(
      String.raw`\b${CONTENT_CLAUSE} where (?!possible|needed|appropriate|relevant|to\b|objects?|things? are)|\bwhere (?:someone|people|they|everyone|events?|it|somebody|things)\b[^.;:\n]{0,40}\b(?:live|lives|go|goes|went|happen|happens|happened|took place|takes place|from|travel|travels|been|are)\b`,
      'u',
    ),
    strength: (s) =>
      strongest(
        [1, IN_PLACE.test(s.text)],
        [0.8, placeWords(s) && movesSomewhere(s)],
        [0.5, placeWords(s)],
        [0.35, hasTopic(s, 'travel') && s.isFirstPerson],
      ),
  },
  {
    id: 'plan',
    label: 'plans and intentions',
    asks: stemSet(
      'plan intention intend goal aim ambition dream aspiration future upcoming appointment commitment promise hope resolution schedule ahead',
    ),
    askPhrases:
      /\bgoing to do\b|\bnext steps?\b|\bwants? to (?:do|achieve|become)\b|\blooking forward\b|\bto-do\b/u,
    strength: (s) => strongest([1, s.isFuture && s.isFirstPerson], [0.4, s.isFuture && !s.isSecondPerson]),
  },
  {
    id: 'objectLocation',
    label: 'where objects are',
    asks: stemSet('receptacle container placement'),
    askPhrases:
      /\bwhere (?:each |every |an? |the )?(?:objects?|items?|things?)\b|\b(?:object|item)s?(?:['’]s?)? (?:locations?|positions?|movements?|places?)\b|\b(?:locations?|positions?|movements?|whereabouts) of (?:\S+ )?(?:objects?|items?|things?)\b|\b(?:track|tracks|tracking) (?:of )?(?:each |every |the |an? )?objects?\b|\bobjects?\b[^.;:]{0,20}\bwhere\b/u,
    strength: (s) =>
      LOCATED.test(s.text) ? strongest([1, !s.isFirstPerson && !s.isSecondPerson], [0.7, true]) : 0,
  },
  {
    id: 'actionConstraint',
    label: 'conditions of actions',
    asks: stemSet(
      'constraint precondition prerequisite requirement rule limitation restriction permission procedure',
    ),
    askPhrases:
      /\bactions? (?:fails?|works?|requires?|needs?|is possible|are possible)\b|\bwhat (?:must|has to|needs to) (?:\S+ )?(?:be done|happen)\b|\bmust (?:be done|happen) (?:first|before)\b/u,
    strength: (s) => (CONSTRAINED.test(s.text) ? strongest([0.9, !s.isFirstPerson], [0.6, true]) : 0),
  },
  {
    id: 'feeling',
    label: 'feelings',
    asks: stemSet(
      'emotion emotional feeling mood sentiment reaction stress happiness sadness worry fear gratitude joy grief anger',
    ),
    askPhrases: /\bhow (?:\S+ ){0,4}(?:feel|feels|felt)\b/u,
    strength: (s) => strongest([1, emotion(s) && s.isFirstPerson], [0.3, emotion(s) && !s.isSecondPerson]),
  },
  {
    id: 'possession',
    label: 'possessions and purchases',
    asks: stemSet('possession own owner ownership belonging purchase buy acquire acquisition gift property'),
    askPhrases: /\bthings? (?:\S+ )?(?:people |they |someone )?(?:have|has|owns?|bought|gets?|got)\b/u,
    strength: (s) =>
      strongest(
        [1, gets(s) && ownedThings(s) && s.isFirstPerson],
        [0.6, gets(s) && s.isFirstPerson && s.isPast],
        [0.45, ownedThings(s) && s.isFirstPerson],
      ),
  },
  {
    id: 'health',
    label: 'health',
    asks: stemSet(
      'health illness disease injury medical symptom diagnosis treatment medication medicine allergy wellbeing wellness therapy disability',
    ),
    askPhrases: /\bwell-being\b|\bhealth condition|\bphysical condition/u,
    strength: (s) => strongest([1, hasTopic(s, 'health') && s.isFirstPerson], [0.5, hasTopic(s, 'health')]),
  },
  {
    id: 'work',
    label: 'work and study',
    asks: stemSet(
      'job career profession professional occupation employment employer study education educational school degree business workplace salary promotion academic',
    ),
    askPhrases:
      /\b(?:at|of|their|someone['’]s|and|or|about|for) work\b(?! (?:on|out|with))|\bworking life\b|\bworks? for a living\b/u,
    strength: (s) =>
      strongest([1, hasTopic(s, 'work', 'school') && s.isFirstPerson], [0.45, hasTopic(s, 'work', 'school')]),
  },
  {
    id: 'event',
    label: 'events',
    asks: stemSet(
      'event happening incident occasion occurrence milestone experience celebration ceremony accomplishment achievement',
    ),
    askPhrases: /\bwhat (?:has )?(?:happened|happens)\b|\blife changes?\b/u,
    strength: (s) =>
      strongest(
        [1, happens(s) && s.isPast && s.isFirstPerson],
        [0.6, happens(s) && s.hasTime],
        [0.5, s.isPast && s.isFirstPerson && s.hasTime],
        [0.4, happens(s) && !s.isSecondPerson],
      ),
  },
  {
    id: 'reason',
    label: 'reasons',
    asks: stemSet('reason cause why motive motivation explanation rationale inspiration symbolism'),
    askPhrases: /\bthe meaning (?:of|behind)\b|\bwhat (?:\S+ ){0,3}(?:means?|stands? for)\b/u,
    strength: (s) => (becauseWords.test(s.text) ? strongest([1, s.isFirstPerson], [0.6, true]) : 0),
  },
  {
    id: 'name',
    label: 'names and titles',
    asks: stemSet('title brand'),
    askPhrases:
      /\b(?:proper|exact|specific|full) (?:names?|nouns?)\b|\bnames? (?:of|and|or) (?!(?:the |each |every )?(?:speakers?|users?)\b)|\bwhat (?:\S+ ){0,3}(?:is|are) called\b/u,
    strength: (s) =>
      strongest(
        [1, s.quoted.length > 0],
        [0.9, s.names.length > 1],
        [0.6, s.names.length > 0],
        [0.8, /\b(?:named|called|name is|name['’]s)\b/iu.test(s.text)],
      ),
  },
];
