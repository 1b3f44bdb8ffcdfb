import { stem } from '../../evaluation/porterStemmer.ts';
import { memoise } from './boundedCache.ts';

/**
 * Words as the built-in engine compares them: lower case, clitics cut off, irregular forms led back to their base, then
 * Porter's stem. "went", "going" and "goes" are one word here; so are "children" and "child".
 */

/** `form form ...:base` groups; only forms Porter's rules cannot reach. */
const IRREGULAR_FORMS = `went gone goes:go bought:buy brought:bring caught:catch taught:teach thought:think sought:seek fought:fight
ran:run swam swum:swim sang sung:sing began begun:begin drank drunk:drink rang rung:ring sat:sit ate eaten:eat gave given:give
took taken taking:take made making:make came coming:come became becoming:become saw seen:see got gotten getting:get had has having:have
did done does doing:do was were been being is are am:be met:meet felt:feel kept:keep left:leave lost losing:lose sold:sell told:tell
said:say paid:pay laid:lay sent:send spent:spend built:build slept:sleep heard:hear held:hold stood:stand understood:understand won winning:win
wrote written writing:write rode ridden riding:ride drove driven driving:drive rose risen:rise chose chosen choosing:choose broke broken:break
spoke spoken:speak woke woken:wake froze frozen:freeze stole stolen:steal grew grown:grow knew known:know threw thrown:throw flew flown:fly
drew drawn:draw blew blown:blow showed shown:show wore worn:wear tore torn:tear swore sworn:swear bore:bear fell fallen:fall forgot forgotten:forget
found:find hid hidden:hide led:lead fed:feed bled:bleed bred:breed dealt:deal meant:mean dreamt:dream learnt:learn burnt:burn lent:lend
bent:bend hung:hang shot:shoot lit:light struck:strike stuck:stick won:win dug:dig spun:spin hurt:hurt cut:cut put:put read:read
children kids kid:child men:man women:woman wives:wife lives:life knives:knife leaves:leaf mice:mouse feet:foot teeth:tooth geese:goose
people persons:person mom mum mommy mama:mother dad daddy papa:father grandma granny nana:grandmother grandpa granddad:grandfather
bike bikes biking:bicycle tv:television pic pics photo photos photograph photographs:photograph fav favourite favourites:favorite
movies movie:film pup puppies pups:puppy kitties:kitten doggy:dog vet:veterinarian gym:gymnasium phd:doctorate uni:university
bday:birthday fam:family biz:business hubby:husband sis:sister bro:brother bestie besties:friend buddy buddies pal pals:friend
died dying dies death dead:die better best:good worse worst:bad married marrying marriage:marry colour colours:color`;

const baseForms: ReadonlyMap<string, string> = new Map(
  IRREGULAR_FORMS.split(/\n/u)
    .flatMap((line) => line.match(/[^:]+:\S+\s?/gu) ?? [])
    .flatMap((group) => {
      const [forms = '', base = ''] = group.trim().split(':');
      return forms.split(' ').map((form) => [form, base] as const);
    }),
);

/** The comparable form of one word. */
export const stemOf = memoise(100_000, (word) => {
  const lower = word.toLowerCase();
  return stem(baseForms.get(lower) ?? lower);
});

/** Stems of a white-space separated word list. */
export function stemSet(words: string): ReadonlySet<string> {
  return new Set(
    words
      .split(/\s+/u)
      .filter((word) => word !== '')
      .map(stemOf),
  );
}

const WORD = /[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu;

export interface Word {
  /** As written, without clitics. */
  readonly raw: string;
  readonly stem: string;
  /** UTF-16 offset in the text. */
  readonly at: number;
}

/** The words of a text in order. "don't" is read as "do", "not"; "Ann's" as "Ann"; "I've" as "I". */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (const match of text.matchAll(WORD)) {
    const written = match[0];
    const at = match.index;
    const apostrophe = written.search(/['’]/u);
    if (apostrophe < 0) {
      words.push({ raw: written, stem: stemOf(written), at });
    } else if (/n['’]t$/iu.test(written)) {
      const verb = /^(?:can|won)['’]t$/iu.test(written) ? written.slice(0, 3) : written.slice(0, -3);
      words.push({ raw: verb, stem: stemOf(verb), at }, { raw: 'not', stem: 'not', at: at + verb.length });
    } else {
      const raw = written.slice(0, apostrophe);
      words.push({ raw, stem: stemOf(raw), at });
    }
  }
  return words;
}

/** English function words and the fillers of talk: they say nothing about what a text is about. */
const FUNCTION_STEMS =
  stemSet(`a about above after again all almost along already also although always am among an and another
any anybody anyone anything are around as at away back be because been before behind being below between both but by can cannot
could did do does doing done down during each either else ever every everybody everyone everything few for from further get gets
getting go going got had has have having he her here hers herself him himself his how however i if in instead into is it its itself
just kind least less let like likely lot lots made make makes making many may maybe me might mine more most much must my myself
near need neither never no nobody none nor not nothing now of off often oh ok okay on once one only onto or other others our ours
ourselves out over own per perhaps probably quite rather really same say says saying said several shall she should since so some
somebody someone something sometimes soon sort still such sure than that the their theirs them themselves then there these they
thing things this those though through thus to together too toward towards type under unless until up upon us use used uses using
usually various very via was way ways we well were what whatever when whenever where wherever whether which whichever while who
whoever whom whose why will with within without would yeah yes yet you your yours yourself yourselves hey hi hello wow yep nope
hmm haha lol gonna wanna gotta kinda btw guess look looks looking want wants wanted thanks thank know mean think thought come take
give see seem try tell ask keep put`);

export function isFunctionStem(word: string): boolean {
  return FUNCTION_STEMS.has(word);
}
