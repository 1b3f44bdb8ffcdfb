/**
 * A memo of a pure function of one string. It never changes a result, only its cost; when full it forgets everything
 * rather than keep an order of use, because one run's working set fits and bookkeeping would cost more than a refill.
 */
export function memoise<T>(limit: number, compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const hit = known.get(text);
    if (hit !== undefined) return hit;
    const value = compute(text);
    if (known.size >= limit) known.clear();
    known.set(text, value);
    return value;
  };
}
