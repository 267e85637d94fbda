/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A function that draws one of the items, each as often as its weight says. @throws Error where no weight is above 0 */
export function drawBy<Item>(items: readonly { item: Item; weight: number }[]): (random: number) => Item {
  let sum = 0;
  const ends = items.map(({ item, weight }) => {
    sum += weight;
    return { item, end: sum };
  });
  const [last] = ends.slice(-1);
  if (!last || !(sum > 0)) throw new Error("there is nothing to draw from: give one item a weight above 0");
  return (random) => (ends.find(({ end }) => random * sum < end) ?? last).item;
}
