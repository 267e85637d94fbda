import { Tokenizer } from "htmlparser2";

/** Elements whose contents nobody reads as text. */
const UNREAD = words("iframe noembed noframes script style");

/** Elements around parts of a line: what stands on both sides of their tags is one word. */
const INLINE = words(
  "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q s samp small span strike strong sub sup time tt u var wbr",
);

/** All other elements of HTML, and those by which SVG and MathML begin in it. */
const OTHER = words(
  "address applet area article aside audio base blockquote body br button canvas caption center col colgroup datalist dd details dialog dir div dl dt embed fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html img input label legend li link main map marquee math menu meta meter nav noscript object ol optgroup option output p param picture plaintext portal pre progress rp rt ruby search section select slot source summary svg table tbody td template textarea tfoot th thead title tr track ul video xmp",
);

/** Controls of a line's direction, marks without width, soft hyphens and byte order marks: they show nothing. */
const INVISIBLE = /[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;

/**
 * Marks on one letter beyond 30 (the most in Unicode's stream-safe format, UAX #15, 13): composing takes the square of
 * their number, which for 100,000 is a minute.
 */
const EXCESS_MARKS = /(?<=\p{M}{30})\p{M}+/gu;

/** What HTML's syntax takes for the begin of a tag, a comment or a declaration. */
const OPENS_TAG = /<(?=[a-z/!?])/gi;

/** A text as a client sent it. */
export interface Source {
  source: string;
  /** `plain` keeps what looks like a tag and is none of HTML's, as in "if x<y then z>w". */
  markup: "html" | "plain";
}

/**
 * What a person would read of `source`: a line without markup, scripts, styles, comments and control characters, its
 * entities decoded, its Unicode composed (NFC), runs of white space made one blank. Empty where nothing is left.
 * Nothing in it begins a tag: a `<` that could gets a blank behind it, which is the same to a tokenizer.
 */
export function readableText(source: string, markup: Source["markup"]): string {
  return withoutTags(source, markup === "plain")
    .toWellFormed()
    .replace(INVISIBLE, "")
    .replace(EXCESS_MARKS, "")
    .normalize("NFC")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .replace(OPENS_TAG, "< ");
}

function withoutTags(source: string, keepsUnknown: boolean): string {
  const parts: string[] = [];
  /** Name of the element whose contents are left out. */
  let within: string | undefined;
  /** Of the tag under way. */
  let begin = 0;
  let name = "";
  /** All before it has been seen to. */
  let end = 0;
  const add = (text: string, endIndex: number) => {
    if (within === undefined) parts.push(text);
    end = endIndex;
  };
  const opened = (endIndex: number) => {
    if (keepsUnknown && !isKnown(name)) return add(source.slice(begin, endIndex + 1), endIndex + 1);
    add(INLINE.has(name) ? "" : " ", endIndex + 1);
    if (UNREAD.has(name)) within ??= name;
  };
  const ignored = () => undefined;
  const skipped = (_start: number, endIndex: number) => add("", endIndex + 1);
  const tokenizer = new Tokenizer(
    { decodeEntities: true },
    {
      ontext: (start, endIndex) => add(source.slice(start, endIndex), endIndex),
      ontextentity: (codePoint, endIndex) => add(String.fromCodePoint(codePoint), endIndex),
      onopentagname(start, endIndex) {
        begin = start - 1;
        name = source.slice(start, endIndex).toLowerCase();
      },
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag(start, endIndex) {
        const closed = source.slice(start, endIndex).toLowerCase();
        if (closed === within) within = undefined;
        const after = source.indexOf(">", endIndex) + 1;
        if (after === 0) return;
        if (keepsUnknown && !isKnown(closed)) add(source.slice(start - 2, after), after);
        else add(INLINE.has(closed) ? "" : " ", after);
      },
      oncomment: skipped,
      oncdata: skipped,
      ondeclaration: skipped,
      onprocessinginstruction: skipped,
      onattribdata: ignored,
      onattribentity: ignored,
      onattribend: ignored,
      onattribname: ignored,
      // A tag that the text ends in is no tag.
      onend: () => add(source.slice(end), source.length),
    },
  );
  tokenizer.write(source);
  tokenizer.end();
  return parts.join("");
}

function isKnown(element: string): boolean {
  return INLINE.has(element) || OTHER.has(element) || UNREAD.has(element);
}

function words(list: string): Set<string> {
  return new Set(list.split(" "));
}
