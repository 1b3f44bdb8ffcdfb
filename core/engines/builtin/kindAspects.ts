import type { InformationKind } from './informationKinds.ts';

/** A part of a kind of information: the sign by which a failed question's texts show it, and the bullet that asks for it. */
export interface Aspect {
  /** Found in question, gold or evidence of a case. */
  readonly sign: RegExp;
  /** A "When to use" bullet. */
  readonly bullet: string;
}

const aspect = (sign: RegExp, bullet: string): Aspect => ({ sign, bullet });

export const KIND_ASPECTS: Readonly<Record<InformationKind, readonly Aspect[]>> = {
  time: [
    aspect(
      /\b(?:ago\b|for \w+ years?\b|since\b|how long)/iu,
      'The text says how long ago or since when something is so.',
    ),
    aspect(
      /\b(?:week(?:end)?\b)/iu,
      'An event is dated by its week, weekend or weekday: write the date it counts from.',
    ),
    aspect(
      /\b(?:plan|going to|next (?:week|month|year)|upcoming)/iu,
      'A planned or upcoming event has a date or a month.',
    ),
    aspect(
      /\b(?:birthday|anniversar|every (?:year|month|week)|annual)/iu,
      'A birthday, an anniversary or another recurring date is mentioned.',
    ),
    aspect(
      /\b(?:first|started|began|beginning)/iu,
      'Something started or ended, or happened for the first time: record that date.',
    ),
  ],
  quantity: [
    aspect(
      /\b(?:how long|(?:hours?|minutes?|days|weeks|months|years)\b)/iu,
      'A duration is given: how many minutes, days, months or years something took.',
    ),
    aspect(
      /\b(?:how often|times (?:a|per)|twice|once)/iu,
      'The text says how often something is done, for example twice a week.',
    ),
    aspect(/\b(?:how old|age\b|years old)/iu, 'The age of a person or an animal is given.'),
    aspect(/\$|\b(?:price|cost|paid|dollars?|money)/iu, 'A price or a sum of money is given.'),
    aspect(/\b(?:score|rank|won\b|points)/iu, 'A score, a rank or the number of wins is given.'),
  ],
  place: [
    aspect(
      /\b(?:from|born|grew up|home ?town|home country|moved|roots)\b/iu,
      'The text says where someone comes from, grew up or moved to.',
    ),
    aspect(
      /\b(?:travel|trip|vacation|visit|road ?trip)/iu,
      'A place was visited or will be visited on a trip.',
    ),
    aspect(
      /\b(?:park|beach|mountain|lake|forest|hik|camp|trail)/iu,
      'A spot in nature is named: a park, a beach, a lake, a mountain or a trail.',
    ),
    aspect(
      /\b(?:restaurant|cafe|café|museum|studio|gym|church|shelter|store|shop)/iu,
      'A building or business is named: a shop, a restaurant, a museum, a studio.',
    ),
  ],
  person: [
    aspect(/\b(?:pets?|dogs?|cats?|puppy|kitten|turtles?)\b/iu, 'The name of a pet is given.'),
    aspect(
      /\b(?:kids?|children|son|daughter)/iu,
      'The text is about children of a speaker: their names, number and what they do.',
    ),
    aspect(
      /\b(?:support|help|encourag|mentor|inspir)/iu,
      'The text says who supports, helps, teaches or inspires whom.',
    ),
    aspect(/\b(?:met\b|meet|introduc)/iu, 'Someone met a new person: who it was and how they met.'),
    aspect(/\b(?:group|team|bands?\b|club|communit)/iu, 'Someone belongs to a team, a group or a community.'),
  ],
  name: [
    aspect(/\b(?:books?\b|booked|novel|author|reads?\b|reading|series)/iu, 'A book or its author is named.'),
    aspect(/\b(?:movie|film|shows?\b|series|actor)/iu, 'A film, a show or an actor is named.'),
    aspect(/\b(?:game|console|tournament)/iu, 'A game or a console is named.'),
    aspect(/\b(?:pets?|dogs?|cats?|puppy|kitten|turtles?)\b/iu, 'A pet is called by its name.'),
    aspect(/\b(?:song|bands?\b|music|artist|composer|album)/iu, 'A song, a band or a composer is named.'),
  ],
  reason: [
    aspect(/\b(?:inspir|motivat|spark)/iu, 'Someone tells what inspired or motivated a choice.'),
    aspect(
      /\b(?:symboli|represent|mean(?:s|ing))/iu,
      'The text explains what a thing means to someone or stands for.',
    ),
    aspect(/\b(?:important|value|purpose)/iu, 'Someone says why something is important to them.'),
    aspect(
      /\b(?:learn|realiz|realis|lesson)/iu,
      'Someone tells a lesson learned or what made them realise something.',
    ),
  ],
  preference: [
    aspect(
      /\b(?:food|dish|dessert|cook|bak(?:e|ing)|ice cream|drink|recipe)/iu,
      'A favourite food, dish or drink is mentioned.',
    ),
    aspect(
      /\b(?:books?\b|booked|movie|film|series|shows?\b|author|reads?\b|reading)/iu,
      'Someone likes or recommends a book, a movie, a series or an author.',
    ),
    aspect(
      /\b(?:music|song|bands?\b|concert|artist|tune)/iu,
      'Someone enjoys a kind of music, a song, a band or a composer.',
    ),
    aspect(/\b(?:game|sport|team)/iu, 'A favourite game, sport or team is mentioned.'),
    aspect(/\b(?:style|colou?r|paint|design)/iu, 'Someone prefers a style, a colour or a design.'),
  ],
  health: [
    aspect(
      /\b(?:diet|eats?\b|eating|food|snack|sugar|weight)/iu,
      'Someone changes a diet, eating habits or weight.',
    ),
    aspect(
      /\b(?:stress|anxi|mental|therap|medit|yoga)/iu,
      'The text is about stress, mental health or a way to relax.',
    ),
    aspect(/\b(?:injur|ankle|accident|surgery|pain)/iu, 'Someone is injured or recovers from an injury.'),
  ],
  plan: [
    aspect(/\b(?:travel|trip|visit|vacation)/iu, 'A trip or a visit is being planned.'),
    aspect(
      /\b(?:career|job|business|stud|degree|open)/iu,
      'Someone has a goal for a career, a business or studies.',
    ),
    aspect(
      /\b(?:adopt|move|house|buy|famil)/iu,
      'Someone intends to change home or family, for example to move or to adopt.',
    ),
    aspect(/\b(?:learn|tr(?:y|ied)\b|start|improve)/iu, 'Someone wants to learn, try or improve something.'),
  ],
  activity: [
    aspect(
      /\b(?:paint|pottery|draw|arts?\b|craft|sculpt)/iu,
      'Someone paints, draws, makes pottery or other art: what it shows and how it was made.',
    ),
    aspect(
      /\b(?:camp|hik|swim|beach|outdoor|nature|climb|kayak)/iu,
      'The text is about an outdoor activity such as hiking, camping or swimming.',
    ),
    aspect(/\b(?:game|tournament|play|stream)/iu, 'A game was played: which one and how it went.'),
    aspect(
      /\b(?:cook|bak(?:e|ing)|recipe|dessert|cake)/iu,
      'Something was cooked or baked: what it was and what is in it.',
    ),
    aspect(
      /\b(?:danc|music|instrument|guitar|piano|violin|sings?\b|singing|concert)/iu,
      'Someone plays music, sings or dances: which instrument or style.',
    ),
    aspect(/\b(?:volunteer|charit|donat|shelter|campaign)/iu, 'Someone volunteers or works for a charity.'),
    aspect(
      /\b(?:yoga|gym|exercise|workout|runs?\b|running|train(?:s|ing|ed)?\b|boxing|boxer)/iu,
      'Someone exercises or trains: which exercise and which workout.',
    ),
    aspect(
      /\b(?:books?\b|booked|reads?\b|reading|writ|script|novel|blog|journal)/iu,
      'Someone reads or writes something: its title and subject.',
    ),
  ],
  work: [
    aspect(
      /\b(?:business|store|shop|client|customer|market|advertis)/iu,
      'A business of a speaker is mentioned: what it offers and what was done for it.',
    ),
    aspect(
      /\b(?:lost\b|quit|laid off|fired|new job|interview|promot)/iu,
      'A job was lost, found or changed, or someone was promoted.',
    ),
    aspect(
      /\b(?:stud|degree|college|universit|course|class|certif)/iu,
      'Someone studies a subject or earns a degree or certificate.',
    ),
    aspect(
      /\b(?:project|deal|sponsor|contract|endorse)/iu,
      'A project, a deal or a contract is mentioned with its partner.',
    ),
  ],
  feeling: [
    aspect(/\b(?:proud|accomplish|achiev)/iu, 'Someone is proud of an achievement.'),
    aspect(
      /\b(?:stress|nervous|anxi|worr|afraid|scar)/iu,
      'Someone is stressed, nervous or afraid, and of what.',
    ),
    aspect(/\b(?:grateful|thank|appreciat)/iu, 'Someone is thankful to a person or for something.'),
    aspect(/\b(?:describ|think)/iu, 'Someone describes a person, a place or a work in words of their own.'),
  ],
  possession: [
    aspect(
      /\b(?:pets?|dogs?|cats?|puppy|kitten|turtles?|breed)\b/iu,
      'A pet is mentioned: its kind, name and habits.',
    ),
    aspect(
      /\b(?:gift|present|gave|receiv|from (?:his|her|my))/iu,
      'Something was a gift: who gave it to whom.',
    ),
    aspect(
      /\b(?:necklace|rings?\b|tattoo|shoes|cloth|dress|wear|jersey)/iu,
      'Clothes, jewellery or a tattoo are described.',
    ),
    aspect(
      /\b(?:cars?\b|bike|house|apartment|console|camera|computer|phone)/iu,
      'A car, a device or a home is bought or owned.',
    ),
    aspect(/\b(?:collect)/iu, 'Someone has a collection: of what.'),
  ],
  event: [
    aspect(
      /\b(?:won\b|competition|tournament|race|contest|score)/iu,
      'A competition or tournament took place: its result.',
    ),
    aspect(
      /\b(?:charit|fund|awareness|support group|community|campaign)/iu,
      'An event served a cause or a charity: which one.',
    ),
    aspect(
      /\b(?:accident|lost\b|died\b|broke|emergency|fires?\b|fired|flood)/iu,
      'An accident, a loss or an emergency happened.',
    ),
    aspect(/\b(?:trip|travel|vacation|camping|road)/iu, 'A trip took place: what was seen and done on it.'),
    aspect(
      /\b(?:birthday|wedding|anniversar|celebrat|party)/iu,
      'A birthday, a wedding or another celebration took place.',
    ),
  ],
  objectLocation: [
    aspect(
      /\b(?:drawer|cabinet|boxing|boxer|fridge|safe|closed|open)/iu,
      'An object is inside a closed container such as a drawer or a box.',
    ),
    aspect(
      /\b(?:moved|took|carried|put back)/iu,
      'An object was taken or carried from one location to another.',
    ),
  ],
  actionConstraint: [
    aspect(/\b(?:step|procedure|first|then\b)/iu, 'Steps must be done in a certain order.'),
    aspect(/\b(?:fail|error|cannot|can't|not allowed|forbid)/iu, 'An action fails or is forbidden, and why.'),
  ],
};
