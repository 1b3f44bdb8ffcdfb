/** What a generated household may hold. Everyday words of one token each, whose plural ends in s. */

export const ROOMS = ['kitchen', 'bathroom', 'bedroom', 'study'] as const;
export type Room = (typeof ROOMS)[number];

export type Treatment = 'wash' | 'heat' | 'chill';

export interface PlaceKind {
  readonly name: string;
  readonly rooms: readonly Room[];
  /** It has a door that must be opened first. */
  readonly hasDoor: boolean;
  /** How many a room has at most. */
  readonly most: number;
  readonly treatment: Treatment | null;
}

export interface ThingKind {
  readonly name: string;
  readonly rooms: readonly Room[];
  /** Names of the kinds of place where people usually keep it. */
  readonly usual: readonly string[];
  readonly treatments: readonly Treatment[];
  /** Stands where it is and can be switched on. */
  readonly isLamp: boolean;
}

function place(name: string, rooms: readonly Room[], about: Partial<PlaceKind> = {}): PlaceKind {
  return { name, rooms, hasDoor: false, most: 1, treatment: null, ...about };
}

function thing(
  name: string,
  rooms: readonly Room[],
  usual: readonly string[],
  treatments: readonly Treatment[] = [],
): ThingKind {
  return { name, rooms, usual, treatments, isLamp: false };
}

export const PLACE_KINDS: readonly PlaceKind[] = [
  place('cupboard', ['kitchen', 'bathroom'], { hasDoor: true, most: 6 }),
  place('drawer', ['kitchen', 'bedroom', 'study'], { hasDoor: true, most: 6 }),
  place('shelf', ['kitchen', 'bathroom', 'bedroom', 'study'], { most: 5 }),
  place('worktop', ['kitchen'], { most: 3 }),
  place('table', ['kitchen', 'study'], { most: 2 }),
  place('sink', ['kitchen', 'bathroom'], { most: 2, treatment: 'wash' }),
  place('oven', ['kitchen'], { hasDoor: true, treatment: 'heat' }),
  place('refrigerator', ['kitchen'], { hasDoor: true, treatment: 'chill' }),
  place('bin', ['kitchen', 'bathroom', 'bedroom', 'study']),
  place('basket', ['bathroom', 'bedroom'], { most: 2 }),
  place('bathtub', ['bathroom']),
  place('rack', ['bathroom'], { most: 3 }),
  place('bed', ['bedroom'], { most: 2 }),
  place('nightstand', ['bedroom'], { most: 2 }),
  place('wardrobe', ['bedroom'], { hasDoor: true, most: 3 }),
  place('desk', ['bedroom', 'study'], { most: 2 }),
  place('couch', ['study']),
  place('safe', ['bedroom', 'study'], { hasDoor: true }),
  place('cabinet', ['bathroom', 'study'], { hasDoor: true, most: 4 }),
];

export const THING_KINDS: readonly ThingKind[] = [
  thing('mug', ['kitchen', 'study'], ['cupboard', 'desk'], ['wash', 'heat', 'chill']),
  thing('plate', ['kitchen'], ['cupboard'], ['wash', 'heat', 'chill']),
  thing('bowl', ['kitchen'], ['shelf'], ['wash', 'heat', 'chill']),
  thing('pot', ['kitchen'], ['oven', 'worktop'], ['wash', 'chill']),
  thing('spoon', ['kitchen'], ['drawer'], ['wash']),
  thing('fork', ['kitchen'], ['drawer'], ['wash']),
  thing('apple', ['kitchen'], ['table'], ['wash', 'heat', 'chill']),
  thing('tomato', ['kitchen'], ['refrigerator'], ['wash', 'heat', 'chill']),
  thing('egg', ['kitchen'], ['refrigerator'], ['wash', 'heat', 'chill']),
  thing('carrot', ['kitchen'], ['worktop'], ['wash', 'heat', 'chill']),
  thing('jar', ['kitchen'], ['shelf'], ['wash', 'chill']),
  thing('towel', ['bathroom'], ['rack'], ['wash']),
  thing('sponge', ['kitchen', 'bathroom'], ['bathtub', 'cupboard'], ['wash']),
  thing('comb', ['bathroom'], ['cabinet'], ['wash']),
  thing('soap', ['bathroom'], ['sink'], ['wash']),
  thing('bottle', ['kitchen', 'bathroom'], ['shelf', 'bin'], ['wash', 'chill']),
  thing('shirt', ['bathroom', 'bedroom'], ['wardrobe', 'basket'], ['wash']),
  thing('pillow', ['bedroom', 'study'], ['bed', 'couch']),
  thing('book', ['bedroom', 'study'], ['nightstand', 'table']),
  thing('pen', ['bedroom', 'study'], ['drawer']),
  thing('key', ['bedroom', 'study'], ['safe']),
  thing('phone', ['bedroom', 'study'], ['desk', 'couch']),
  thing('watch', ['bedroom'], ['nightstand']),
  thing('letter', ['study'], ['cabinet']),
  thing('map', ['study'], ['shelf']),
  { ...thing('desklamp', ['bedroom', 'study'], ['desk', 'nightstand']), isLamp: true },
];
