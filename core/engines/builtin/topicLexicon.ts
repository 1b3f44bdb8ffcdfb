import { stemSet } from './wordForms.ts';

/**
 * Everyday topics and words that belong to them, so that a skill about "pets" finds a sentence about a puppy. Written by
 * hand for ordinary English; a topic that is missing here still works through its own words (skillDemand.ts).
 */
export interface Topic {
  readonly id: string;
  /** Stems by which a skill or a question names the topic. */
  readonly heads: ReadonlySet<string>;
  /** Stems that show a sentence is about the topic; the heads are among them. */
  readonly members: ReadonlySet<string>;
}

function topic(id: string, heads: string, members: string): Topic {
  return { id, heads: stemSet(heads), members: stemSet(`${heads} ${members}`) };
}

export const TOPICS: readonly Topic[] = [
  topic(
    'animals',
    'pet animal creature wildlife breed',
    `dog puppy cat kitten hamster rabbit bunny parrot bird budgie canary goldfish fish tortoise turtle snake lizard gecko iguana guinea
    horse pony ferret rat mouse frog chicken hen cow sheep goat pig duck goose donkey leash collar paw tail fur bark meow purr litter
    veterinarian kennel aquarium cage vaccine labrador retriever beagle poodle bulldog terrier shepherd husky dachshund corgi siamese
    tabby deer bear wolf fox squirrel butterfly owl eagle dolphin whale elephant lion tiger monkey panda`,
  ),
  topic(
    'food',
    'food meal cuisine dish diet recipe ingredient snack cooking cook eat nutrition grocery',
    `breakfast lunch dinner supper brunch barbecue bbq grill bake baking roast fry boil soup salad pasta pizza burger sandwich sushi
    noodle rice bread cake cookie pie dessert chocolate candy icecream cheese egg meat chicken beef pork bacon steak fish seafood
    salmon shrimp vegetable fruit apple banana berry strawberry blueberry orange lemon mango tomato potato carrot onion garlic
    spice curry taco burrito sauce butter honey sugar vegan vegetarian gluten dairy restaurant kitchen chef delicious tasty flavor
    yummy muffin brownie pancake waffle popcorn chips marshmallow`,
  ),
  topic(
    'drink',
    'drink beverage alcohol',
    'coffee tea espresso latte juice soda lemonade water milk smoothie beer wine whiskey cocktail champagne cider brew sip bar pub cafe',
  ),
  topic(
    'sport',
    'sport athletics fitness exercise workout training athlete',
    `run jog marathon race sprint swim dive surf ski snowboard skate hockey soccer football basketball baseball softball volleyball
    tennis badminton golf cricket rugby boxing karate judo taekwondo wrestling yoga pilates gymnasium gymnastics weightlifting weights cycling
    cycle bicycle rowing kayak canoe climb climbing bouldering hike trail team coach tournament championship league match score goal medal trophy
    stadium player court cardio stretch`,
  ),
  topic(
    'outdoors',
    'outdoors nature hiking camping wilderness',
    `hike camp tent campfire trail mountain forest wood lake river beach ocean sea waterfall canyon park sunset sunrise star picnic
    fishing kayak canoe backpacking island desert cliff valley meadow stargazing scenery bonfire`,
  ),
  topic(
    'music',
    'music instrument musical song musician band concert singing melody',
    `guitar piano violin viola cello drum flute clarinet saxophone trumpet trombone tuba harp ukulele banjo bass keyboard synthesizer
    accordion harmonica oboe organ sing singer choir album lyric tune jazz rock classical pop rap hiphop blues opera orchestra
    gig playlist record vinyl festival composer rehearse rehearsal chord strum karaoke`,
  ),
  topic(
    'art',
    'art craft artwork creative artist painting pottery drawing',
    `paint draw sketch sculpture sculpt clay ceramic bowl mug canvas watercolor gallery exhibit exhibition mural portrait design knit
    knitting crochet sew sewing quilt embroidery woodwork carve origami calligraphy photograph photography camera brush easel palette
    handmade stained glass`,
  ),
  topic(
    'dance',
    'dance dancing dancer',
    'ballet salsa tango waltz hiphop choreography choreograph contemporary studio rehearse recital ballroom tap',
  ),
  topic(
    'books',
    'book reading literature novel author writing poem poetry story',
    `read write writer novel library bookstore bookshelf chapter fiction fantasy mystery biography memoir series poet poem essay blog journal diary
    magazine comic manga screenplay script publish publisher storytelling`,
  ),
  topic(
    'film',
    'film movie cinema television series',
    `show watch actor actress director screenplay theater netflix episode season documentary anime cartoon comedy drama thriller horror sequel trilogy
    trailer premiere streaming audition`,
  ),
  topic(
    'games',
    'game gaming videogame boardgame puzzle toy',
    `play player console playstation xbox nintendo controller chess checkers card poker monopoly catan dungeon dragon quest multiplayer esports
    tournament level strategy jigsaw lego rpg gamer`,
  ),
  topic(
    'vehicles',
    'vehicle car transport transportation automobile driving commute motorcycle',
    `truck van bus train tram subway bicycle scooter motorbike boat ship ferry plane engine tire brake garage mechanic license highway
    traffic drive ride parking fuel gasoline convertible mustang sedan suv`,
  ),
  topic(
    'travel',
    'travel trip journey vacation holiday tourism abroad tour',
    `flight airport hotel hostel airbnb passport visa suitcase luggage itinerary cruise roadtrip road sightseeing tourist backpack visit
    destination country city island beach resort souvenir explore adventure getaway`,
  ),
  topic(
    'health',
    'health illness disease medical symptom injury medicine wellness allergy sickness therapy',
    `doctor hospital clinic nurse surgery surgeon operation diagnosis diagnose treatment prescription medication pill dose pain ache headache migraine
    fever flu cold cough asthma diabetes cancer allergic insomnia sleep anxiety depression stress therapist counselor counseling
    sick ill hurt injure ankle knee broken sprain recover recovery blood pressure heart weight diet vaccine checkup dentist tooth
    pregnant pregnancy blind deaf disability gastritis arthritis`,
  ),
  topic(
    'family',
    'family relative kin household parent ancestor parenting',
    `mother father sister brother sibling son daughter child baby toddler husband wife spouse partner grandmother grandfather
    grandparent aunt uncle cousin nephew niece inlaw stepmother stepfather twin marry wedding anniversary divorce adopt adoption
    fiance fiancee engaged`,
  ),
  topic(
    'friends',
    'friend friendship acquaintance neighbor companion roommate',
    'bestie buddy mate classmate colleague coworker teammate mentor girlfriend boyfriend crush date',
  ),
  topic(
    'work',
    'job career work profession occupation employment business company workplace salary',
    `boss manager colleague coworker office shift hire fire promote promotion interview resume intern internship client customer
    project meeting startup entrepreneur store shop banker engineer nurse teacher lawyer accountant developer programmer chef
    retire freelance contract deadline raise wage unemployed layoff invest investor marketing campaign brand product launch`,
  ),
  topic(
    'school',
    'school education study university college degree course academic student learning exam',
    `class classroom teacher professor lecture homework assignment essay thesis semester scholarship graduate graduation major minor
    math science history biology chemistry physics language lesson tutor grade campus diploma certificate certification learn workshop
    seminar`,
  ),
  topic(
    'home',
    'home house apartment housing furniture household residence room',
    `kitchen bedroom bathroom livingroom garage basement attic yard balcony roof rent mortgage landlord roommate move sofa couch
    table chair bed lamp shelf carpet curtain decorate renovate renovation repair neighborhood`,
  ),
  topic(
    'plants',
    'plant garden gardening flower vegetation farming',
    `tree seed soil bloom blossom rose tulip sunflower daisy orchid lily herb basil mint tomato pot greenhouse lawn weed harvest
    bouquet succulent cactus fern grow crop farm orchard`,
  ),
  topic(
    'clothing',
    'clothing clothes fashion outfit garment dress wear',
    `shirt tshirt hoodie sweater jacket coat jeans trousers pants skirt shoe boot sneaker sandal hat cap scarf glove sock suit tie
    necklace ring bracelet earring jewelry watch bag purse costume wardrobe style`,
  ),
  topic(
    'money',
    'money finance budget income expense price cost financial payment debt',
    `dollar euro pound cash pay salary wage save saving loan mortgage tax rent bill invest investment stock bank credit afford
    expensive cheap donate donation fundraise fundraiser raise sponsor sponsorship discount bargain`,
  ),
  topic(
    'technology',
    'technology computer software device gadget app electronics programming internet',
    `laptop phone smartphone tablet website online code coding program developer robot robotics ai server network wifi printer
    camera console headphone charger battery screen update install podcast video youtube channel instagram tiktok`,
  ),
  topic(
    'religion',
    'religion faith belief spiritual spirituality worship',
    `church mosque temple synagogue pray prayer god bible quran priest pastor christian muslim jewish hindu buddhist meditate
    meditation baptism ritual`,
  ),
  topic(
    'community',
    'volunteering volunteer charity community activism cause politics',
    `donate shelter fundraiser nonprofit homeless rights protest rally march parade pride campaign vote election advocate advocacy
    council support group mentor mentorship lgbtq transgender veteran military equality awareness outreach cleanup kindness`,
  ),
  topic(
    'celebration',
    'celebration party holiday festival ceremony anniversary birthday',
    `christmas thanksgiving halloween easter hanukkah diwali eid newyear wedding graduation bouquet cake gift present candle toast
    celebrate invite guest surprise parade`,
  ),
  topic(
    'weather',
    'weather climate temperature season',
    'rain snow storm sunny cloudy wind hurricane flood heat cold freezing hot warm humid thunder lightning tornado drought',
  ),
  topic(
    'accident',
    'accident emergency disaster danger crime',
    'crash fire flood earthquake ambulance police theft steal rob injure rescue firefighter collision',
  ),
  topic(
    'origin',
    'origin nationality ethnicity heritage culture identity',
    'born native immigrant hometown roots accent tradition country raised gender transgender gay lesbian queer',
  ),
];

const byHead = new Map<string, Topic[]>();
const byMember = new Map<string, Topic[]>();
for (const entry of TOPICS) {
  for (const head of entry.heads) byHead.set(head, [...(byHead.get(head) ?? []), entry]);
  for (const member of entry.members) byMember.set(member, [...(byMember.get(member) ?? []), entry]);
}

const NONE: readonly Topic[] = [];

/** Topics a word names as a whole ("pets"). */
export function topicsNamedBy(stem: string): readonly Topic[] {
  return byHead.get(stem) ?? NONE;
}

/** Topics a word belongs to ("puppy"). */
export function topicsOfWord(stem: string): readonly Topic[] {
  return byMember.get(stem) ?? NONE;
}
