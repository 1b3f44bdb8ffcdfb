/**
 * How much a word says by itself: a built-in prior for general English that needs no corpus. Words that hold a sentence
 * together weigh nothing, everyday conversation little, everything else 1.
 */

const words = (text: string): readonly string[] => text.trim().split(/\s+/u);

/** Closed-class words, lower case, contractions with a plain apostrophe. */
const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  words(`
  a an the this that these those some any each every either neither no such both all
  i me my mine myself you your yours yourself he him his himself she her hers herself it its itself we us our ours
  ourselves they them their theirs themselves one ones who whom whose which what where when why how
  i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's she'd she'll it's it'd it'll we're we've we'd we'll
  they're they've they'd they'll that's there's here's what's who's where's how's let's
  am is are was were be been being do does did doing done have has had having will would shall should can could may
  might must ought cannot don't doesn't didn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't
  haven't hasn't hadn't not n't
  and or but nor so yet if then than because since while although though unless until whether as
  of in on at to from by with without about into onto over under after before between among through during against
  towards toward upon off out up down around across along behind beside besides near within for per via
  there here too also just only even still again ever never always already else very quite rather
  etc vs s t d ll m re ve
`),
);

/** Everyday words of conversation that seldom make an answer on their own; stems are compared by prefix-free equality. */
const COMMON_WORDS: ReadonlySet<string> = new Set(
  words(`
  go goes going went gone come comes coming came get gets getting got gotten make makes making made take takes taking
  took taken give gives giving gave given see sees seeing saw seen look looks looking looked know knows knowing knew
  known think thinks thinking thought want wants wanting wanted need needs needed say says saying said tell tells
  telling told talk talks talking talked ask asks asked feel feels feeling felt try tries trying tried use uses used
  let lets keep keeps kept put puts mean means meant seem seems seemed happen happens happened happening start starts
  started starting stop stops stopped mention mentions mentioned describe describes described share shares shared
  sharing hope hopes hoping wish guess bet gonna wanna gotta love loved loves like liked likes enjoy enjoyed enjoys
  really actually totally definitely absolutely certainly probably maybe perhaps pretty super truly finally recently
  lately currently now later soon today sometimes often usually especially exactly together away back ago once
  good great nice awesome amazing cool fun wonderful fantastic incredible lovely glad happy excited sweet beautiful
  better best big little small new old last next first many much more most lot lots few several other another own same
  different sure right well ok okay yeah yes yep yup no nope wow hey hi hello oh ah aww haha lol hmm um uh thanks thank
  please sorry congrats congratulations bye welcome cheers
  thing things stuff something anything everything nothing someone anyone everyone people person guy guys way ways
  kind kinds type types sort sorts time times day days bit part parts while lot place places
  photo photos photography photograph pic pics picture pictures image
`),
);

/** Interjections and discourse markers: never part of an answer. */
const FILLER_WORDS: ReadonlySet<string> = new Set(
  words(`
  yeah yes yep yup nope wow hey hi hello oh ah aww haha lol hmm um uh thanks thank please sorry congrats
  congratulations bye cheers ok okay sure well absolutely definitely totally exactly anyway btw actually really
  gonna wanna glad guess bet
`),
);

export function isFunctionWord(word: string): boolean {
  return FUNCTION_WORDS.has(word);
}

export function isFillerWord(word: string): boolean {
  return FILLER_WORDS.has(word);
}

export function isCommonWord(word: string): boolean {
  return COMMON_WORDS.has(word);
}

/** 0 for function words, 0.3 for common ones, else 1. `word` in lower case. */
export function wordWeight(word: string): number {
  if (FUNCTION_WORDS.has(word) || !/[\p{L}\p{N}]/u.test(word)) return 0;
  return COMMON_WORDS.has(word) ? 0.3 : 1;
}
