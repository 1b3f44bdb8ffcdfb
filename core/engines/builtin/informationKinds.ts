import { extractDates } from '../../hardCases/calendarDate.ts';

/**
 * The kinds of information a conversation can lose, and how a failed question shows which one it was. General English
 * only. Ids are those of the executor's facets.
 */

export const INFORMATION_KINDS = [
  'time',
  'quantity',
  'place',
  'person',
  'name',
  'reason',
  'preference',
  'health',
  'plan',
  'activity',
  'work',
  'feeling',
  'possession',
  'event',
  'objectLocation',
  'actionConstraint',
] as const;
export type InformationKind = (typeof INFORMATION_KINDS)[number];

interface KindSigns {
  /** The question asks for this kind. */
  readonly question: RegExp;
  /** The gold answer is of this kind. */
  readonly gold?: (gold: string) => boolean;
  /** The evidence turn speaks of it; counts only beside one of the others. */
  readonly evidence?: RegExp;
  /** How surely the signs mean this kind, in (0, 1]: words such as "have" or "do" are in every other question. */
  readonly certainty: number;
}

const NUMBER =
  /^\W*(?:about |around |over |at least )?(?:\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|twelve|twice|once|dozens?|hundreds?)\b/iu;
const NEARBY_DAY =
  /\b(?:yesterday|today|tomorrow|tonight|ago|(?:last|next|this|previous|following) (?:night|week|weekend|month|year|spring|summer|autumn|fall|winter|\w+day)|\w+day before|weekend of|week of)\b/iu;

function isDate(gold: string): boolean {
  const { dates, rest } = extractDates(gold);
  // A date inside a long answer is not what was asked for.
  return (
    (dates.length > 0 && rest.trim().split(/\s+/u).length <= 6) ||
    /^.{0,30}\b(?:before|ago)\b.{0,12}$/iu.test(gold)
  );
}

const SIGNS: Readonly<Record<InformationKind, KindSigns>> = {
  time: {
    question:
      /^(?:and |so )?(?:since |until |by )?when\b|\b(?:what|which) (?:exact )?(?:date|day|weekday|week|month|season|year|time)\b|\bhow (?:long ago|recently)\b/iu,
    gold: isDate,
    evidence: NEARBY_DAY,
    certainty: 1,
  },
  quantity: {
    question:
      /\bhow (?:many|much|old|far|big|tall|long(?! ago)|often|fast|high)\b|\b(?:number|amount|price|score|age|size) of\b/iu,
    gold: (gold) => NUMBER.test(gold) && extractDates(gold).dates.length === 0,
    evidence: /\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|several|couple)\b/iu,
    certainty: 0.9,
  },
  place: {
    question:
      /\bwhere\b|\b(?:what|which) (?:\w+ )?(?:city|cities|town|village|country|countries|state|states|place|places|location|spot|park|beach|area|region|island|restaurant|venue)\b|\bfrom which\b/iu,
    gold: (gold) => /^(?:in|at|near|to|on) (?:the )?\p{Lu}/u.test(gold),
    evidence:
      /\b(?:in|at|to|near|from|around) (?:the )?(?:\p{Lu}\p{L}+|park|beach|lake|city|town|mountains?|museum|forest)/u,
    certainty: 0.9,
  },
  person: {
    question:
      /\bwho(?:m|se)?\b|\bnames?\b|\bnicknames?\b|\brelationship\b|\b(?:friend|family|sibling|sister|brother|mother|father|parent|wife|husband|partner|spouse|child|children|son|daughter|colleague|mentor|neighbou?r)s?\b/iu,
    evidence:
      /\b(?:my|his|her|our|their) (?:\w+ )?(?:friend|mom|mum|mother|dad|father|sister|brother|wife|husband|partner|son|daughter|kids?|cousin|aunt|uncle|grand\w+|colleague|neighbou?r|coach|teacher|boss)s?\b/iu,
    certainty: 0.8,
  },
  name: {
    question:
      /\b(?:called|named|titled?|names? of)\b|\bnames?\b|\bwhat (?:is|are|was|were) [\p{L}' ]+ names?\b|\b(?:what|which) (?:\w+ )?(?:books?|movies?|films?|songs?|bands?|games?|series|shows?|brands?|company|companies|authors?|artists?|composers?|organi[sz]ations?|teams?)\b/iu,
    gold: (gold) => /^["'“]|["“][^"”]+["”]|^(?:\p{Lu}\p{L}+(?: |, |$)){2,}/u.test(gold),
    evidence: /\b(?:called|named|titled?|name is|by) |["“][^"”]{2,60}["”]|\p{Ll} \p{Lu}\p{L}+ \p{Lu}\p{L}+/u,
    certainty: 0.8,
  },
  reason: {
    question:
      /^why\b|\bwhy (?:did|does|do|is|was|are|were|has|have)\b|\breasons?\b|\bwhat (?:made|makes|inspire[ds]?|motivate[ds]?|led|prompted|sparked|caused|drives|drove)\b|\bhow come\b|\bwhat for\b/iu,
    gold: (gold) => /^(?:because|since|due to|in order to)\b/iu.test(gold),
    evidence: /\b(?:because|since|so that|inspired|wanted to|helps? me|made me|motivat\w+)\b/iu,
    certainty: 0.9,
  },
  preference: {
    question:
      /\bfavou?rites?\b|\bprefer\w*\b|\b(?:does|do|did) \w+(?: and \w+)? (?:like|love|enjoy|hate|dislike)\b|\b(?:fond of|interests?|interested in|tastes?|fans? of)\b|\bwould \w+ (?:like|enjoy|prefer)\b/iu,
    evidence: /\b(?:love|like|enjoy|prefer|favou?rite|fan of|into|hate|can't stand|adore)\b/iu,
    certainty: 0.8,
  },
  health: {
    question:
      /\b(?:health|healthy|illness|ill|sick|doctor|hospital|injur\w*|disease|allerg\w*|diet|medic\w*|therapy|diagnos\w*|symptoms?|condition|surgery|sleep|weight|fitness)\b/iu,
    evidence:
      /\b(?:doctor|hospital|injur\w*|sick|pain|allerg\w*|diet|medic\w*|therapy|diagnos\w*|surgery|recover\w*)\b/iu,
    certainty: 0.8,
  },
  plan: {
    question:
      /\bplan(?:s|ned|ning)?\b|\bgoing to\b|\b(?:intend|hope|aim|goals?|dreams?|upcoming|future|next)\b|\bwants? to\b|\bwill \w+ (?:do|go|be|start|visit)\b|\blooking forward\b|\bconsidering\b/iu,
    evidence:
      /\b(?:plan\w*|going to|gonna|hop(?:e|ing) to|want to|thinking (?:of|about)|looking forward|next (?:week|month|year)|dream\w*|goal)\b/iu,
    certainty: 0.7,
  },
  activity: {
    question:
      /\bactivit\w+\b|\bhobb\w+\b|\b(?:sports?|exercises?|classes|workshops?|games?|crafts?)\b|\bwhat (?:do|does|did|has|have) [\p{L} ]+ (?:do|done|make|made|create|created|paint|painted|cook|cooked|play|played|practi[cs]e|join|joined|try|tried|participate)\b|\bspend(?:s|ing)? (?:\w+ )?time\b|\bpastimes?\b/iu,
    evidence:
      /\b(?:went|go|going|tried|started|joined|made|painted|played|practi[cs]\w+|learn\w+|hik\w+|camp\w+|swim\w*|run|running|danc\w+|cook\w+|bak\w+|read\w*|paint\w*|class|workshop)\b/iu,
    certainty: 0.7,
  },
  work: {
    question:
      /\b(?:jobs?|career|profession\w*|occupation|employ\w*|compan(?:y|ies)|business|internship|degree|stud(?:y|ies|ied|ying)|major|college|universit\w+|courses?|field of|certif\w+|promotion|projects?|for a living)\b/iu,
    evidence:
      /\b(?:job|work\w*|career|business|company|internship|stud\w+|degree|college|university|course|project|boss|client)\b/iu,
    certainty: 0.7,
  },
  feeling: {
    question:
      /\bfeel(?:s|ing|ings)?\b|\bfelt\b|\bemotions?\b|\bmood\b|\breact\w*\b|\b(?:proud|grateful|excited|nervous|worried|afraid|scared|happy|sad|stress\w*|overwhelm\w*)\b|\bthinks? (?:of|about)\b|\bdescribe\b/iu,
    evidence:
      /\b(?:feel\w*|felt|proud|grateful|thankful|excited|nervous|worried|scared|happy|sad|stress\w*|overwhelm\w*|amazing|powerful|relie\w+)\b/iu,
    certainty: 0.7,
  },
  possession: {
    question:
      /\bowns?\b|\bbought\b|\bbuy\b|\bpurchase\w*\b|\bcollect(?:s|ion|ions)?\b|\bgifts?\b|\breceive[ds]?\b|\bpets?\b|\bpossess\w*\b|\bwhat (?:kind|type|breed|color|colour|brand|model) of\b|\bgot (?:for|from)\b|\bwear\w*\b/iu,
    evidence:
      /\b(?:my (?:new|old|own)|bought|got (?:a|an|this|these|some|me)|gift|present|collect\w*|own|have (?:a|an|two|three|some)|adopted)\b/iu,
    certainty: 0.6,
  },
  event: {
    question:
      /\bevents?\b|\battend\w*\b|\bcelebrat\w*\b|\b(?:festival|part(?:y|ies)|wedding|concert|conference|competition|tournament|ceremony|race|parade|trip|vacation|holiday|reunion|show|exhibition|accident)s?\b|\bwhat happened\b|\bvisit(?:s|ed)?\b/iu,
    evidence:
      /\b(?:event|attended|celebrat\w*|festival|party|wedding|concert|conference|competition|tournament|ceremony|race|parade|trip|vacation|show|birthday|anniversary)\b/iu,
    certainty: 0.6,
  },
  objectLocation: {
    question:
      /\bwhere (?:is|are|was|were) (?:the|my|a|an)\b|\bwhere (?:did|does|do) [\p{L} ]+ (?:put|leave|keep|place|store|hide)\b|\bwhich (?:drawer|shelf|cabinet|box|room|container)\b/iu,
    evidence:
      /\b(?:put|left|placed|kept|stored|moved|hid|lies|sits|is|are) (?:\w+ ){0,4}(?:in|on|under|inside|behind|next to) (?:the|my|a|an) /iu,
    // Only with words of putting and keeping does a "where" mean this and not a place: see kindsOf.
    certainty: 0.95,
  },
  actionConstraint: {
    question:
      /\b(?:steps?|procedure|instructions?|rules?|requirements?)\b|\bmust\b|\bhow (?:do|to|should|can) (?:i|you|we|one|the agent)\b|\b(?:allowed|required|necessary|possible) to\b|\bbefore (?:you|one|it) can\b/iu,
    evidence:
      /\b(?:must|cannot|can't|only (?:after|if|when)|first|before you|need to|required|not allowed|have to)\b/iu,
    certainty: 0.8,
  },
};

/** How strongly a failed question shows each kind, in (0, 1]; kinds without a sign are absent. */
export function kindsOf(of: {
  readonly question: string;
  readonly golds: readonly string[];
  readonly evidence: readonly string[];
}): ReadonlyMap<InformationKind, number> {
  const strengths = new Map<InformationKind, number>();
  for (const kind of INFORMATION_KINDS) {
    const { question, gold, evidence, certainty } = SIGNS[kind];
    const isAsked = question.test(of.question);
    const isAnswer = gold !== undefined && of.golds.some(gold);
    if (!isAsked && !isAnswer) continue;
    const isSpoken = evidence !== undefined && of.evidence.some((text) => evidence.test(text));
    // Objects on shelves are a kind of their own only where the evidence says that something was put somewhere.
    if (kind === 'objectLocation' && !isSpoken) continue;
    const sure = isAsked && isAnswer ? 1 : 0.8;
    strengths.set(kind, certainty * Math.min(1, sure + (isSpoken ? 0.2 : 0)));
  }
  // "When did she run the race?" is answered by a date; that it is about an event is how the date is found.
  const time = strengths.get('time');
  return time === undefined ? strengths : new Map([['time', time]]);
}
