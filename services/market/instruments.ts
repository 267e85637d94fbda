/** A share that is traded here. */
export interface Instrument {
  /** ASX code. */
  symbol: string;
  name: string;
  /** Price around which the simulated market moves, in dollars. */
  base: number;
}

/** What can be traded, by symbol. The base prices are of the order of the real ones in 2025; nothing depends on them. */
export const INSTRUMENTS: ReadonlyMap<string, Instrument> = new Map(
  (
    [
      ["ALL", "Aristocrat Leisure", 62],
      ["AMC", "Amcor", 14],
      ["ANZ", "ANZ Group", 33],
      ["ASX", "ASX", 58],
      ["BHP", "BHP Group", 45],
      ["BXB", "Brambles", 24],
      ["CBA", "Commonwealth Bank of Australia", 165],
      ["COL", "Coles Group", 22],
      ["CPU", "Computershare", 38],
      ["CSL", "CSL", 210],
      ["FMG", "Fortescue", 19],
      ["GMG", "Goodman Group", 33],
      ["IAG", "Insurance Australia Group", 8.2],
      ["JHX", "James Hardie Industries", 31],
      ["MQG", "Macquarie Group", 220],
      ["NAB", "National Australia Bank", 43],
      ["NST", "Northern Star Resources", 23],
      ["ORG", "Origin Energy", 12],
      ["QAN", "Qantas Airways", 10.8],
      ["QBE", "QBE Insurance Group", 20],
      ["REA", "REA Group", 230],
      ["RIO", "Rio Tinto", 125],
      ["RMD", "ResMed", 41],
      ["S32", "South32", 3.1],
      ["SCG", "Scentre Group", 3.9],
      ["STO", "Santos", 6.4],
      ["SUN", "Suncorp Group", 20],
      ["TCL", "Transurban Group", 14],
      ["TLS", "Telstra Group", 4.9],
      ["WBC", "Westpac Banking Corporation", 39],
      ["WDS", "Woodside Energy Group", 25],
      ["WES", "Wesfarmers", 92],
      ["WOW", "Woolworths Group", 28],
      ["XRO", "Xero", 160],
    ] as const
  ).map(([symbol, name, base]) => [symbol, { symbol, name, base }]),
);
