/** Members that promises, inspection and comparison of values ask every object for. */
const ASKED_OF_EVERYTHING: ReadonlySet<string> = new Set(['then', 'toJSON', 'inspect', 'asymmetricMatch']);

/**
 * A member that the application uses and the stand-in lacks is an error at once, never an `undefined` that goes on.
 *
 * @param name What messages call it, as the application writes it.
 */
export function loud<T extends object>(name: string, target: T): T {
  return new Proxy(target, {
    get: (object, key): unknown => {
      const value: unknown = Reflect.get(object, key, object);
      // Bound, for private fields are not reached through a proxy.
      if (typeof value === 'function' && key !== 'constructor') return value.bind(object);
      if (value === undefined && typeof key === 'string' && !(key in object) && !ASKED_OF_EVERYTHING.has(key))
        throw missing(`${name}.${key}`);
      return value;
    },
    set: (object, key, value) => {
      if (!(key in object)) throw missing(`${name}.${String(key)}`);
      return Reflect.set(object, key, value, object);
    },
  });
}

export function missing(what: string): Error {
  return new Error(`The stand-in of electron has no ${what}; add it in e2e/electronStandIn.`);
}
