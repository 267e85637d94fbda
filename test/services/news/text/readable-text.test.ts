import assert from "node:assert/strict";
import fc from "fast-check";
import { readableText } from "../../../../services/news/text/readable-text.ts";

const html = (source: string) => readableText(source, "html");
const plain = (source: string) => readableText(source, "plain");

/** What a browser would take for the begin of a tag, a comment or a declaration. */
const OPENS_TAG = /<[a-z/!?]/i;

describe("readable text", () => {
  it("has no tags, scripts, styles and comments", () => {
    const page = `<!doctype html><html><head><title>BHP</title><style>p{color:red}</style>
      <script>alert("1 < 2")</script></head><body><!-- hidden --><h1>Profit&nbsp;up</h1><p>It <b>rose</b> 5%.</p>
      <SCRIPT type=module src=x>import "y"</SCRIPT ><iframe src=z>frame</iframe></body></html>`;
    for (const read of [html, plain]) assert.equal(read(page), "BHP Profit up It rose 5%.");
  });

  it("joins what inline tags divide, and divides what others do", () => {
    assert.equal(html("<b>un</b>believ<i>able</i><br>loss<td>1</td><td>2</td>"), "unbelievable loss 1 2");
  });

  it("has entities decoded once", () => {
    assert.equal(html("AT&amp;T &pound;5 &#x41;&#66; &amp;lt;"), "AT&T £5 AB &lt;");
    assert.equal(plain("R&D & M&A"), "R&D & M&A");
  });

  it("keeps plain text that only looks like markup", () => {
    assert.equal(plain("if x<y then z>w, 3 < 4 <5"), "if x< y then z>w, 3 < 4 <5");
    assert.equal(
      plain("see <https://x.example> and <jo@x.example>"),
      "see < https://x.example> and < jo@x.example>",
    );
    assert.equal(plain("</foo bar> end <"), "< /foo bar> end <");
  });

  it("has no control characters, composed letters and whole characters", () => {
    assert.equal(plain("a\u0000b\tc\r\n d\u007f\u0085e\u202ef\u200bg\ufeff"), "a b c d efg");
    assert.equal(plain("e\u0301 \ud800 \u{1f600}\u200d"), "é \ufffd \u{1f600}\u200d");
    assert.equal(plain("中国 אבג"), "中国 אבג");
  });

  const PROBES = [
    "<script>alert(1)</script>",
    "<script>alert(1)",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<x onclick=alert(1)>x</x>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "<textarea><script>alert(1)</script></textarea>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<\u200bscript>alert(1)</script>",
    "<\u0000script>alert(1)</script>",
    "<plaintext><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<style><img src='</style><img src=x onerror=alert(1)>'></style>",
  ];
  for (const probe of PROBES) {
    it(`makes no markup of ${JSON.stringify(probe)}`, () => {
      for (const read of [html, plain]) assert.doesNotMatch(read(`BHP ${probe} up`), OPENS_TAG);
    });
  }

  it("is itself again, and no markup, whatever it was", () => {
    const parts = fc.constantFrom(
      "<",
      ">",
      "/",
      "!--",
      "-->",
      "script",
      "b",
      "x=",
      '"',
      "&lt;",
      "&#60;",
      " ",
      "\u0000",
    );
    const source = fc
      .array(fc.oneof(parts, fc.string({ unit: "binary", maxLength: 3 })))
      .map((all) => all.join(""));
    const read = fc.constantFrom(html, plain);
    fc.assert(
      fc.property(source, read, (text, readable) => {
        const once = readable(text);
        assert.doesNotMatch(once, OPENS_TAG);
        assert.doesNotMatch(once, /[\p{Cc}\p{Surrogate}]/u);
        assert.equal(once, once.normalize("NFC").trim());
      }),
      { numRuns: 1000 },
    );
  });

  it("takes no longer for what is made to be slow", () => {
    const begins = [
      "<a",
      "<",
      "&",
      "</p>",
      "<p>",
      "<!--",
      "<script>",
      " ",
      "\u0301\u0323",
      "e\u0301\u0323",
      "<a b='",
      "&#",
    ];
    for (const begin of begins) {
      const text = begin.repeat(100_000 / begin.length);
      const started = performance.now();
      for (const read of [html, plain]) read(text);
      const took = performance.now() - started;
      assert.ok(took < 2000, `${JSON.stringify(begin)} took ${Math.round(took)} ms`);
    }
  });
});
