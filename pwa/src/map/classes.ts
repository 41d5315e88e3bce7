/** Whole numbers into five classes of colour: nothing, and four that grow. */
const LADDERS = [
  [1, 2, 3], [2, 4, 6], [2, 5, 10], [5, 10, 20], [10, 25, 50], [20, 50, 100], [50, 100, 250], [100, 250, 500],
] as const;

/** The highest number of the classes 1 to 3; class 4 is everything above, class 0 is nothing. */
export type Bounds = readonly [number, number, number];

/** The finest bounds under which the largest value is not far beyond the last one. */
export function boundsFor(values: Iterable<number>): Bounds {
  const largest = Math.max(0, ...values);
  return LADDERS.find(([, , last]) => largest <= last * 1.6) ?? LADDERS[LADDERS.length - 1];
}

export function classOf(value: number, bounds: Bounds): number {
  if (value <= 0) return 0;
  const found = bounds.findIndex((bound) => value <= bound);
  return found < 0 ? bounds.length + 1 : found + 1;
}

/** What stands in the legend: 0 · 1–2 · 3–5 · 6–10 · >10. */
export function legendOf(bounds: Bounds): string[] {
  const ranges = bounds.map((to, i) => {
    const from = i ? bounds[i - 1] + 1 : 1;
    return from === to ? String(to) : `${from}–${to}`;
  });
  return ["0", ...ranges, `>${bounds[bounds.length - 1]}`];
}
