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
Harbourline Ltd|Redgum Resources|Kestrel Foods|Southern Ridge Mining|Bluewattle Energy|Tidewater Logistics|Mallee Agriculture|Quokka Software|
Delphin|Stanhope|Quillon Corp|Merriwa Gold|Larkin Bank|Fernleigh Fresh|Hartnell Industries|Orana Uranium|Brightwater Insurance|Paloma Mobile|Cullen Motors|
Parkside Property|Dovetail Aged Care|Ellery Funds|Wandoo Mining|Fable Fashion|Kanowna East|Tarkine Lithium|Sorrento Shipping|Capricorn Air|Bellbrook""".replace("\n", "").split("|")

GOOD = """profit|net profit|full-year profit|first-half earnings|revenue|quarterly revenue|sales|like-for-like sales|online sales|operating margin|gross margin|EBITDA|
cash flow|free cash flow|underlying earnings|the order book|customer numbers|subscriber numbers|production|iron ore shipments|gold output|passenger numbers|
funds under management|the share price|shares|market share|net interest margin|rental income|occupancy|the interim dividend|earnings per share|return on equity|
bookings|exports|loan growth|consumer confidence|demand|net inflows|productivity|comparable sales|turnover|gross profit|pre-tax profit|takings|distributable income|
recurring revenue|average selling prices|ore grades|recoveries|throughput|mine output|ore reserves|the mine life|deposits|the capital ratio|the solvency ratio|
foot traffic|the clearance rate|retention|satisfaction scores|on-time arrivals|the load factor|plant utilisation|the win rate|active users|new subscriptions|
royalty income|fee income|interest income|harvest volumes|crop yields|shipments|deliveries|tonnes hauled|house sales|settlements|pre-sales|approvals|enrolments|
the final dividend|the distribution|the credit rating|asset values|net tangible assets|the valuation|real wages|household savings|job ads|building approvals|
business confidence|the trade surplus|retail spending|farm incomes|tourist arrivals|the purchasing managers' index""".replace("\n", "").split("|")
BAD = """costs|operating costs|wage costs|fuel costs|net debt|bad debts|loan arrears|customer complaints|churn|impairments|restructuring charges|claims costs|
workplace injuries|inventory write-offs|staff turnover|funding costs|the net loss|the first-half loss|cash burn|short interest|net outflows|delays|insolvencies|
mortgage stress|unemployment|the default rate|power prices for users|vacancy|the injury rate|cost overruns|warranty claims|unit costs|the cost-to-income ratio|
head office costs|input costs|the interest bill|gearing|leverage|borrowings|overdue loans|delinquencies|provisions|write-offs|write-downs|bad loans|cancellations|
refunds|returns|waiting times|downtime|outages|defects|recalls|scrap|spoilage|theft|stock losses|the backlog of late orders|late deliveries|flight delays|
absenteeism|resignations|accidents|spills|breaches|fraud losses|insurance claims|the loss ratio|the combined ratio|redemptions|outflows|cash outflow|the operating loss|
the underlying loss|the deficit|the budget deficit|the trade deficit|inflation|core inflation|jobless claims|bankruptcies|underemployment|rental stress|
break-even costs|remediation costs|legal costs|freight costs|energy bills|the discount to assets|bond spreads|days lost to strikes|unsold stock|dilution""".replace("\n", "").split("|")

UP = """rises|jumps|climbs|surges|grows|increases|soars|is up|edges higher|ticks up|leaps|swells|picks up|hits a record|accelerates|doubles|advances|goes up|mounts|lifts|expands|rebounds|spikes|
trebles|gathers pace|moves higher|inches up|balloons|builds|creeps up|shoots up|comes in higher""".replace("\n", "").split("|")
DOWN = """falls|drops|slides|slumps|shrinks|declines|tumbles|is down|edges lower|eases|dips|sinks|weakens|hits a five-year low|halves|contracts|goes backwards|comes down|recedes|narrows|
retreats|dwindles|thins|moves lower|inches down|slows|moderates|abates|reduces|comes in lower|drifts lower|cools""".replace("\n", "").split("|")
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


# What a number did beside what had been expected of it: more of a good thing, or less of a bad one, is positive.
MORE = """higher than expected|above forecasts|bigger than expected|more than analysts had expected|ahead of estimates|higher than a year ago|up on last year|larger than feared|
above budget|higher than guided|the highest in a decade|at a record high|rising faster than forecast|up more than expected|still rising|
higher again|no longer falling|above the long-run average""".replace("\n", "").split("|")
LESS = """lower than expected|below forecasts|smaller than expected|less than analysts had expected|short of estimates|lower than a year ago|down on last year|less than feared|
below budget|lower than guided|the lowest in a decade|at a record low|falling faster than forecast|down more than expected|still falling|
lower again|no longer rising|below the long-run average""".replace("\n", "").split("|")
SAME = """in line with forecasts|as expected|as forecast|unchanged|flat|steady|where analysts expected|the same as a year ago|as guided|on budget|little changed|level with last year|
stable|in line with guidance|as planned|no different from last quarter|close to the average""".replace("\n", "").split("|")
# A fall of a good thing that was smaller than feared is positive, as is a smaller rise of a bad one.
SOFTER = ["less than expected", "less than analysts had forecast", "at a slower pace", "by less than was planned for"]
FEARED = [*SOFTER, "by less than feared", "but by only half as much as feared", "less than feared"]
HOPED = [*SOFTER, "by less than hoped", "but by only half as much as hoped", "less than investors had hoped"]


def compared(rng: random.Random) -> tuple[str, int]:
    """What a number was beside what had been expected, or how it moved beside what had been feared."""
    good, kind = rng.random() < 0.5, rng.choice(["more", "less", "same", "softer"])
    what, name, when = rng.choice(GOOD if good else BAD), rng.choice(COMPANIES), number(rng, rng.choice(WHEN))
    bare = what.removeprefix("the ")
    plural = agreeing("is", what)
    if kind == "softer":
        up = rng.random() < 0.5
        verb, how = rng.choice(UP_PAST if up else DOWN_PAST), rng.choice(HOPED if good == up else FEARED)
        form = rng.choice(["{bare} at {name} {verb} {how}", "{name} {bare} {verb} {how} {when}", "{name} says {what} {verb} {how}"])
        label = 0 if good == up else 2
    else:
        verb = plural
        how = rng.choice([m for m in MORE if "feared" not in m or not good] if kind == "more" else
                         [m for m in LESS if "feared" not in m or not good] if kind == "less" else SAME)
        form = rng.choice(["{name} {bare} {how}", "{name} says {what} {verb} {how}", "{bare} {how} at {name}", "{name}: {bare} {how} {when}", "{when} {what} {verb} {how} at {name}"])
        label = 1 if kind == "same" else 2 if good == (kind == "more") else 0
    return " ".join(form.format(name=name, bare=bare, what=what, verb=verb, how=how, when=when).split()), label


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


def generated(seed: int, count: int = 1800) -> list[tuple[str, int]]:
    rng, rows = random.Random(seed), {}
    while len(rows) < count:
        make = rng.random()
        text, label = movement(rng) if make < 0.45 else compared(rng) if make < 0.7 else phrase(rng)
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
