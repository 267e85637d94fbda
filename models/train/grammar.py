"""A small seeded grammar: sentences whose label follows from what moved and which way, and variations of handwritten lines.

Every sentence is invented; a company's name stands for no event."""
import random

COMPANIES = """BHP|Rio Tinto|Fortescue|Woodside|Santos|CSL|ResMed|Cochlear|Telstra|TPG Telecom|Commonwealth Bank|CBA|Westpac|NAB|ANZ|Macquarie|Bendigo Bank|
Bank of Queensland|Suncorp|IAG|QBE|Medibank|AMP|Woolworths|Coles|Wesfarmers|JB Hi-Fi|Harvey Norman|Kogan|Myer|Premier Investments|Qantas|Virgin Australia|
Flight Centre|Webjet|Transurban|Goodman Group|Mirvac|Stockland|Lendlease|Scentre|Dexus|Origin Energy|AGL|APA Group|Ampol|Viva Energy|Whitehaven Coal|
Pilbara Minerals|Mineral Resources|IGO|Liontown|Lynas|Northern Star|Evolution Mining|Newcrest|South32|BlueScope|Orica|Incitec Pivot|Boral|James Hardie|Brambles|
Amcor|Orora|Treasury Wine Estates|A2 Milk|Bega Cheese|Elders|GrainCorp|Nufarm|Ramsay Health|Sonic Healthcare|Healius|Pro Medicus|Xero|WiseTech|REA Group|
Seek|Carsales|Domain|Block|Zip|Afterpay|Computershare|ASX|Link Group|Star Entertainment|Crown Resorts|Aristocrat|Tabcorp|Nine Entertainment|Seven West Media|
Reece|Downer|Cimic|Worley|Monadelphous|NRW Holdings|Aurizon|Cleanaway|ALS|Altium|NextDC|Megaport|Life360|Domino's|Collins Foods|Guzman y Gomez|
the miner|the lender|the retailer|the airline|the insurer|the biotech|the gold producer|the property group|the software maker|the builder|the telco|the explorer|
Harbourline Ltd|Redgum Resources|Kestrel Foods|Southern Ridge Mining|Bluewattle Energy|Tidewater Logistics|Mallee Agriculture|Quokka Software""".replace("\n", "").split("|")

GOOD = """profit|net profit|full-year profit|first-half earnings|revenue|quarterly revenue|sales|like-for-like sales|online sales|operating margin|gross margin|EBITDA|
cash flow|free cash flow|underlying earnings|the order book|customer numbers|subscriber numbers|production|iron ore shipments|gold output|passenger numbers|
funds under management|the share price|shares|market share|net interest margin|rental income|occupancy|the interim dividend|earnings per share|return on equity|
bookings|exports|loan growth|consumer confidence|demand|net inflows|productivity""".replace("\n", "").split("|")
BAD = """costs|operating costs|wage costs|fuel costs|net debt|bad debts|loan arrears|customer complaints|churn|impairments|restructuring charges|claims costs|
workplace injuries|inventory write-offs|staff turnover|funding costs|the net loss|the first-half loss|cash burn|short interest|net outflows|delays|insolvencies|
mortgage stress|unemployment|the default rate|power prices for users|vacancy|the injury rate|cost overruns|warranty claims""".replace("\n", "").split("|")

UP = "rises|jumps|climbs|surges|grows|increases|soars|is up|edges higher|ticks up|leaps|swells|picks up|hits a record|accelerates|doubles|advances|goes up".split("|")
DOWN = "falls|drops|slides|slumps|shrinks|declines|tumbles|is down|edges lower|eases|dips|sinks|weakens|hits a five-year low|halves|contracts|goes backwards|comes down".split("|")
UP_PAST = "rose|jumped|climbed|surged|grew|increased|soared|gained ground|crept up|shot up|went up|were up|expanded".split("|")
DOWN_PAST = "fell|dropped|slid|slumped|shrank|declined|tumbled|plunged|eased|dipped|sank|weakened|went down|were down|crept lower|collapsed".split("|")
AMOUNTS = ["", "", "", "{n}%", "{n} per cent", "by {n}%", "{n}pc", "to ${n}m", "to ${n}.{d} million", "to A${n} million", "by ${n}m", "to ${n}.{d}bn"]
WHEN = ["", "", "", "in the first half", "in the June quarter", "for the full year", "in the second half", "in FY{y}", "over the year", "in the three months to March",
        "on the prior corresponding period", "year on year", "this quarter", "in 1H{y}", "in Q{q}"]
WHY_UP = ["", "", "", "on strong demand", "as volumes recover", "helped by new contracts", "after price rises", "thanks to a lower tax bill", "as the turnaround bites"]
WHY_DOWN = ["", "", "", "on weak demand", "as volumes slip", "hurt by bad weather", "as customers delay orders", "amid tougher competition", "after a plant outage"]


def number(rng: random.Random, text: str) -> str:
    return text.format(n=rng.choice([rng.randint(1, 9), rng.randint(10, 99), rng.randint(100, 900)]), d=rng.randint(0, 9), y=rng.randint(22, 27), q=rng.randint(1, 4))


def agreeing(verb: str, noun: str) -> str:
    """The verb's plural form where the noun is plural."""
    if not noun.endswith("s") or noun.endswith("ss"):
        return verb
    first, _, rest = verb.partition(" ")
    return " ".join([{"is": "are", "goes": "go"}.get(first, first[:-1]), rest]).strip()


def movement(rng: random.Random) -> tuple[str, int]:
    """What moved, which way: good things up and bad things down are positive."""
    good, up = rng.random() < 0.5, rng.random() < 0.5
    what = rng.choice(GOOD if good else BAD)
    verb = agreeing(rng.choice(UP if up else DOWN), what) if rng.random() < 0.65 else rng.choice(UP_PAST if up else DOWN_PAST)
    name = rng.choice(COMPANIES)
    why = rng.choice(WHY_UP if up else WHY_DOWN) if good else ""
    amount, when = number(rng, rng.choice(AMOUNTS)), number(rng, rng.choice(WHEN))
    bare = what.removeprefix("the ")
    form = rng.choice(["{name} {bare} {verb} {amount} {when} {why}", "{name} says {what} {verb} {amount} {when}", "{name}: {bare} {verb} {amount} {why}",
                       "{what} {verb} {amount} at {name} {why}", "{name} reports {bare} that {verb} {amount} {when}", "{when} {what} {verb} {amount} for {name}"])
    return " ".join(form.format(name=name, bare=bare, what=what, verb=verb, amount=amount, when=when, why=why).split()), 2 if good == up else 0


PHRASES = {
    2: """{c} beats {m} forecasts|{c} tops estimates as {m} improves|{c} {m} ahead of consensus|{c} lifts {m} guidance|{c} raises full-year {m} target|{c} upgrades outlook for {m}|
{b} lower than feared at {c}|{c} {b} not as bad as expected|{c} narrows its loss to ${n}m|{c} loss smaller than analysts expected|{c} swings to profit from a ${n}m loss|
{c} returns to the black|{c} cuts {b} by {n}%|{c} keeps a lid on {b}|{c} avoids a writedown|{c} cleared of wrongdoing by the regulator|{c} wins ${n}m contract|
{c} wins court appeal over ${n}m tax bill|{c} upgraded to buy by {k}|{k} lifts price target on {c} to ${n}.{d}0|{k} raises {c} to outperform|{c} declares special dividend of {n} cents|
{c} announces ${n}m share buyback|{c} pays down ${n}m of debt early|{c} shares rebound after {b} come down|{c} {m} fell less than feared|{c} {m} down {n}%, far better than the {n2}% drop analysts had feared|
{c} no longer expects {b} to rise|{c} agrees to takeover at a {n}% premium|{c} drill results exceed hopes|{c} gets approval for its new plant|{c} secures ${n}m of funding|
{c} beats its lowered guidance|{c} resumes dividend after a two-year pause|{c} regulator drops case against {c}|{c} ends strike with pay deal|{c} flags stronger second half|
{c} did not miss a single target this year|{c} says {b} have peaked|{c} rating outlook raised to positive|{c} signs its largest customer yet|{c} {m} guidance lifted again|
{c} reinstates its dividend|{c} reaches full capacity ahead of schedule|{c} project comes in under budget|not a single {c} division lost money""",
    0: """{c} misses {m} forecasts|{c} falls short of estimates as {m} weakens|{c} {m} below consensus|{c} cuts {m} guidance|{c} lowers full-year {m} target|{c} warns on {m}|
{b} higher than feared at {c}|{c} {b} worse than expected|{c} loss widens to ${n}m|{c} loss bigger than analysts expected|{c} swings to a ${n}m loss from a profit|
{c} slips into the red|{c} blows its budget as {b} rise by {n}%|{c} loses control of {b}|{c} takes ${n}m writedown|{c} sued by the regulator|{c} loses ${n}m contract|
{c} loses court appeal over ${n}m tax bill|{c} downgraded to sell by {k}|{k} slashes price target on {c} to ${n}.{d}0|{k} cuts {c} to underperform|{c} scraps its final dividend|
{c} suspends share buyback|{c} breaches debt covenant|{c} shares dive as {b} mount|{c} {m} rose less than hoped|{c} {m} up {n}%, well short of the {n2}% analysts wanted|
{c} no longer expects {m} to grow|{c} takeover collapses|{c} drill results disappoint|{c} refused approval for its new plant|{c} fails to secure funding|
{c} misses even its lowered guidance|{c} halts dividend after ten years of payments|{c} regulator opens probe into {c}|{c} workers walk off the job|{c} flags weaker second half|
{c} failed to meet a single target this year|{c} says {b} have yet to peak|{c} rating outlook cut to negative|{c} loses its largest customer|{c} {m} guidance cut again|
{c} raises ${n}m at a {n}% discount to stay afloat|{c} hit by cyber attack|{c} project blows out by ${n}m|{c} not growing any more|{c} enters administration""",
    1: """{c} to report {m} on {d} August|{c} holds annual general meeting in {p}|{c} appoints new company secretary|{c} names {k} as its auditor|{c} {m} in line with forecasts|
{c} {m} flat {w}|{c} {m} unchanged at ${n}m|{c} keeps {m} guidance|{c} reaffirms full-year {m} outlook|{c} to present at a {p} conference|{k} keeps hold rating on {c}|
{k} starts coverage of {c} with neutral|{c} lodges its annual report|{c} issues {n}m options to staff|{c} changes its registered office to {p}|{c} director retires at the AGM|
{c} dividend steady at {n} cents|{c} shares little changed|{c} shares trade sideways after results|{c} will release {b} data on Tuesday|{c} publishes its modern slavery statement|
{c} completes the move of its head office to {p}|{c} responds to an ASX price query|{c} in trading halt pending an announcement|{c} chairman to speak in {p}|{c} sets record date for dividend|
{c} files notice of change of director's interest|{c} holds {m} target of ${n}m|{c} says {b} were as planned|{c} schedules investor day for November|{c} renews its lease in {p}|
{c} refinances ${n}m facility on similar terms|{c} appoints {k} to advise on its options|{c} declines to comment on {m}|{c} says no decision has been made on {p} site|what {c} does and how it makes money|
{c} rebrands its {p} office|{c} {m} up {d}%, as expected|{c} {m} down {d}%, in line with guidance|{c} {m} rises but {b} rise too, leaving the result flat|{c} updates its share trading policy|
{c} takes part in industry review|{c} moves its reporting date to {d} March|{c} elects two directors|{c} adopts new accounting standard""",
}
BROKERS = "Macquarie|UBS|Goldman Sachs|Morgan Stanley|Citi|Jarden|Barrenjoey|Bell Potter|Ord Minnett|JPMorgan|Jefferies|Morgans|RBC|CLSA|E&P|Shaw and Partners".split("|")
PLACES = "Sydney|Melbourne|Perth|Brisbane|Adelaide|Hobart|Darwin|Canberra|Newcastle|Geelong|Singapore|London|Auckland".split("|")


def phrase(rng: random.Random) -> tuple[str, int]:
    label = rng.choice([0, 1, 1, 2])
    form = rng.choice(PHRASES[label].replace("\n", "").split("|"))
    form = form.replace("{c} regulator", "regulator")
    n = rng.randint(2, 95)
    filled = form.format(c=rng.choice(COMPANIES), m=rng.choice(GOOD).removeprefix("the "), b=rng.choice(BAD).removeprefix("the "), k=rng.choice(BROKERS),
                         p=rng.choice(PLACES), w=rng.choice(["in the half", "year on year", "this quarter"]), n=n, n2=n * 2, d=rng.randint(1, 9))
    tail = rng.choice(["", "", "", "", ", says chief executive", " - ASX announcement", " (update)", ", filing shows"])
    return filled + tail, label


def dressed(rng: random.Random, text: str) -> str:
    """Casing and prefixes as headlines carry them; the tokenizer ignores case, so only words matter to the model."""
    if rng.random() < 0.08:
        text = rng.choice(["BREAKING: ", "Market wrap: ", "Update: ", "ASX news: ", "Watch: ", "EXCLUSIVE | "]) + text
    return text[0].upper() + text[1:]


def generated(seed: int, count: int = 700) -> list[tuple[str, int]]:
    rng, rows = random.Random(seed), {}
    while len(rows) < count:
        text, label = movement(rng) if rng.random() < 0.45 else phrase(rng)
        rows.setdefault(dressed(rng, text), label)
    return list(rows.items())


def passages(rows, count: int, seed: int) -> list[tuple[str, int]]:
    """Two to four lines in a row: neutral lines beside lines of one opinion keep that opinion."""
    rng, out = random.Random(seed), []
    by_label = [[t for t, l in rows if l == label and len(t) < 160] for label in range(3)]
    for _ in range(count):
        label = rng.randrange(3)
        size = rng.choice([2, 2, 3, 4])
        parts = [rng.choice(by_label[label])] + [rng.choice(by_label[1 if rng.random() < 0.5 else label]) for _ in range(size - 1)]
        rng.shuffle(parts)
        out.append((" ".join(p if p[-1] in ".!?" else p + "." for p in parts), label))
    return out


def noisy(rows, count: int, seed: int) -> list[tuple[str, int]]:
    """Copies with slips of the keyboard: swapped, lost or doubled letters in one or two longer words, lost punctuation."""
    rng, out = random.Random(seed), []
    for text, label in rng.sample(rows, min(count, len(rows))):
        words = text.split()
        for i in rng.sample(range(len(words)), min(len(words), rng.choice([1, 1, 2]))):
            word = words[i]
            if len(word) < 5 or not word.isalpha():
                continue
            at = rng.randrange(1, len(word) - 2)
            words[i] = rng.choice([word[:at] + word[at + 1] + word[at] + word[at + 2:], word[:at] + word[at + 1:], word[:at] + word[at] + word[at:]])
        out.append((" ".join(words), label))
    return out
