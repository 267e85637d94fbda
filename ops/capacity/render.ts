import type { CapacityPlan, Costs } from "./plan.ts";

/** The plan for people: how much of everything, the bill, the first limit, and what the figures rest on. */
export function planLines(
  plan: CapacityPlan,
  costs: Costs,
  table: (head: string[], rows: (string | number)[][]) => string,
): string {
  const { demand, pods, cores, nodes, connections, database, databaseCores, lcu, lcuBy, perMonth, limits } =
    plan;
  const total = perMonth.reduce((sum, { dollars }) => sum + dollars, 0);
  const [first] = limits;
  const peak = `${demand.orders} orders, ${demand.quotes} quotes and ${demand.texts} texts a second, with one zone lost`;
  return [
    peak,
    table(["SERVICE", "PODS"], Object.entries(pods)),
    table(
      ["PART", "NEEDS"],
      [
        ["nodes", `${nodes} × ${costs.prices.nodeCores} cores, for ${cores.toFixed(1)}`],
        ["connections to the database", connections],
        [
          "database",
          database
            ? `${database.class}: ${databaseCores.toFixed(1)} of ${database.cores} cores, ${database.maxConnections} connections at most`
            : `no class that is known here has ${databaseCores.toFixed(0)} cores and ${connections} connections`,
        ],
        ["LCU of a balancer", `${lcu}, by ${lcuBy}`],
      ],
    ),
    table(
      ["A MONTH AT THIS RATE", "US DOLLARS"],
      [...perMonth.map(({ what, dollars }) => [what, dollars]), ["together", total]],
    ),
    table(
      ["LIMIT, THE FIRST ON TOP", "USED", "AT MOST"],
      limits.map(({ what, share, most }) => [what, `${(share * 100).toFixed(0)} %`, most]),
    ),
    first && first.share > 1
      ? `This needs another design: ${first.what} is the first limit. See docs/scale.md.`
      : `The first limit is ${first?.what}, at ${(1 / (first?.share ?? 1) || 0).toFixed(1)} times this.`,
    "How each cost was measured, and what is assumed, is in ops/capacity/costs.json; prices are list prices.",
  ].join("\n\n");
}
