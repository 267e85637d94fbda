const SUBJECTS = [
  "Harbour Bank",
  "Southern Iron",
  "Redgum Energy",
  "Coastal Air",
  "Wattle Foods",
  "Outback Telecom",
];
const EVENTS = [
  "lifts full-year guidance after record iron ore shipments",
  "flags a wider loss as funding costs climb",
  "says costs fell less than feared in the June quarter",
  "agrees to buy a smaller rival for A$1.2bn in cash and shares",
  "faces a class action over its disclosure of bad loans",
  "appoints a new chief financial officer",
  "keeps its dividend steady despite weaker demand from China",
];
const TAILS = [
  "",
  "; shares gain 4%",
  ", analysts said on Tuesday, citing margins that held up better than the market had expected",
];

/** Headlines of about 10 to 35 tokens, the same ones in every run. ASCII. */
export const TEXTS = SUBJECTS.flatMap((subject) =>
  EVENTS.flatMap((event, i) =>
    TAILS.map((tail, j) => `${subject} ${event}${TAILS[(i + j) % TAILS.length] ?? tail}`),
  ),
);
