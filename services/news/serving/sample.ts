/** Headlines by which two versions are compared where few texts have come yet; of all three labels. */
const SAMPLE: readonly string[] = [
  "Miner lifts full-year profit by a third on record iron ore shipments",
  "Bank's net interest margin narrows as deposit costs rise",
  "Retailer says first-half results will be released on 20 February",
  "Shares tumble after the company withdraws its earnings guidance",
  "Loss narrows more than analysts expected as costs fall",
  "Board declares a fully franked interim dividend of 12 cents a share",
  "Regulator opens an inquiry into the insurer's claims handling",
  "The annual general meeting will be held in Melbourne in November",
  "Explorer hits high-grade gold at its second drill site",
  "Airline cuts 1,200 jobs and grounds part of its fleet",
  "Broker keeps its hold rating and price target unchanged",
  "Biotech's late-stage trial misses its main goal",
  "Software maker wins a five-year contract with the federal government",
  "Reserve Bank leaves the cash rate on hold",
  "Developer defaults on its senior debt",
  "Company appoints a new chief financial officer from July",
  "Energy group raises its dividend after strong cash flow",
  "Lithium producer halts output as prices slump",
  "Index ends the session little changed",
  "Takeover offer values the hospital operator at a 40 per cent premium",
  "Court orders the lender to pay a record penalty",
  "Quarterly production was in line with the previous quarter",
  "Upgrade: revenue growth is forecast to accelerate next year",
  "Customers leave the telco after a nationwide outage",
];

/** Texts that are kept at most, and characters of each: some hundred kilobytes. */
const MOST_TEXTS = 64;
const MOST_CHARACTERS = 2000;

/** The newest texts, in memory only, to compare versions by. They are never logged, stored or sent. */
export class RecentTexts {
  readonly #texts: string[] = [];
  #next = 0;

  add(text: string): void {
    if (text.length === 0) return;
    this.#texts[this.#next] = text.slice(0, MOST_CHARACTERS);
    this.#next = (this.#next + 1) % MOST_TEXTS;
  }

  /** The recorded sample and the newest texts, in turns: under load only the first of them may be compared. */
  sample(): string[] {
    const most = Math.max(SAMPLE.length, this.#texts.length);
    const both = Array.from({ length: most }, (_, i) => [SAMPLE[i], this.#texts[i]]);
    return both.flat().filter((text) => text !== undefined);
  }
}
