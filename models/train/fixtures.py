"""Writes models/fixtures: tricky texts with the token ids of Hugging Face's tokenizer and the logits of every model.

`python fixtures.py 1.1.0` adds one model's to the texts that are there; without a name all are made anew, which needs the exported
versions, their checkpoints in build/ and the models of foreign.py (whose weights it keeps in build/)."""
import json
import sys

import numpy as np
import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from common import BUILD, MODELS, VERSIONS, handwritten

TRICKY = [
    "", " ", "\t\n", "a", "?", "...", "\u00a0", "\u200b", "\ufeffProfit rises", "Profit\u00a0rises\u2009by 5\u202f%", "Prof\u00adit rises", "no\u200bspace",
    "PROFIT RISES", "profit rises", "PrOfIt RiSeS", "Café crème société", "Cafe\u0301 cre\u0300me", "naïve façade Ångström Øresund", "ŁÓDŹ Żubr", "İstanbul ıssız", "ſtraße ẞ",
    "ﬁnance ﬂow ﬀ ™ ℡ ½ ²", "ＦＵＬＬ ｗｉｄｔｈ １２３", "𝐁𝐨𝐥𝐝 𝒔𝒄𝒓𝒊𝒑𝒕 𝟙𝟚𝟛", "\u1e9b\u0323 \u1e69 s\u0323\u0307", "e\u0301e\u0301e\u0301", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "🚀", "BHP 🚀🚀🚀 to the moon", "👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈", "👍🏽👍🏿", "🇦🇺 shares 📈 up, 🇺🇸 📉 down", "☃ ♥ ♥️ ①②③", "Profit 📈5%", ":-) ;) <3", "¯\\_(ツ)_/¯",
    "必和必拓公布创纪录的利润", "澳大利亚股市下跌百分之二", "力拓 profit 上升 5%", "トヨタの利益が増加した", "ﾄﾖﾀ 利益", "삼성전자 영업이익 급증", "㍿ ㈱ ㎏ ㋿", "𠀀𠮷野家",
    "ارتفعت أرباح البنك بنسبة خمسة بالمئة", "הרווח עלה בחמישה אחוזים", "BHP ارتفع 5% today", "\u202eprofit rises\u202c", "שָׁלוֹם", "اَلْعَرَبِيَّةُ",
    "Прибыль банка выросла на 5%", "Τα κέρδη αυξήθηκαν", "लाभ में वृद्धि हुई", "กำไรเพิ่มขึ้นห้าเปอร์เซ็นต์", "ლარი გამყარდა", "አትራፊ", "Lợi nhuận tăng mạnh", "ХПП ͶͰ Ϗ", "ǅ ǈ ǋ", "i̇ I İ ı",
    "$1,234.56 -5.3% +7bps 3x", "A$4.2bn vs US$3.9bn (1H25)", "EPS 42.1c; DPS 25c; P/E 14.2x", "0.000001 1e-9 1_000_000", "1/2 3/4 50/50", "AT&T M&A R&D S&P/ASX-200", "e-mail: ir@example.com.au",
    "https://example.com/a?b=c&d=%20e#f", "#ASX $BHP @investor", "don't can't won't it's", "don’t can’t “quoted” ‘single’ — – ‒ …", "well-known co-op re-rate", "a.b.c. U.S. Inc.", "C++ C# .NET", "foo_bar __init__ snake_case",
    "[CLS] [SEP] [MASK] [PAD] [UNK]", "<s> </s> <mask> <pad> <unk>", "##ing ## # ##s", "[cls]", "[ MASK ]",
    "<b>Profit</b> rises", "<p>Shares &amp; bonds &lt;up&gt;</p>", "<script>alert('x')</script> profit falls", "&nbsp;&copy;&#169;&#x1F680;", "<!-- comment --> dividend", "<a href=\"x\">upgrade</a>", "<![CDATA[x]]>",
    "line one\nline two\r\nline three", "tab\tseparated\tvalues", "  many   spaces   inside  ", "\x00null\x01bell\x07", "\x1b[31mred\x1b[0m", "del\x7f c1\x85 \x9f", "\ufffd replacement", "\ue000 private use", "\U000e0041 tag", "\u2028line\u2029para",
    "supercalifragilisticexpialidocious", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "asdfghjkl qwertyuiop zxcvbnm", "ACGTACGTACGT", "12345678901234567890", "........", "!!!???", "——————", "(((nested (brackets))))", "'\"`", "\\n \\u0041", "{\"json\": [1, 2, null]}", "SELECT * FROM orders; --",
]
LONG = [("word ", 600), ("Profit rises and the dividend falls. ", 40), ("x", 101), ("x", 99), ("é", 300), ("漢字", 300), ("🚀", 400), ("<p>Profit</p>", 200), ("a b ", 3000), ("Profit rises at BHP. ", 4800)]


def lone_surrogate_free(text: str) -> str:
    return text.encode("utf-8", "ignore").decode("utf-8")


def expectations(folder, reference, file: str, limit: int, texts: list[str]) -> list[dict]:
    import onnxruntime

    session = onnxruntime.InferenceSession(str(folder / file), providers=["CPUExecutionProvider"])
    tokenizer = AutoTokenizer.from_pretrained(folder)
    names = [i.name for i in session.get_inputs()]
    cases = []
    for text in texts:
        encoded = tokenizer(text, truncation=True, max_length=limit, return_tensors="np")
        feed = {n: encoded[n].astype(np.int64) for n in names}
        with torch.no_grad():
            torch_logits = reference(**{n: torch.tensor(v) for n, v in feed.items()}).logits[0]
        cases.append({"ids": encoded["input_ids"][0].tolist(), "length": len(tokenizer(text)["input_ids"]),
                      "logits": [round(float(v), 5) for v in session.run(["logits"], feed)[0][0]], "torch": [round(float(v), 5) for v in torch_logits]})
    return cases


def main(only: list[str]) -> None:
    target = MODELS / "fixtures"
    if only:
        items = json.loads((target / "texts.json").read_text(encoding="utf-8"))
    else:
        plain = [text for text, _ in handwritten()][::150]
        items = [{"text": lone_surrogate_free(t)} for t in TRICKY + plain] + [{"unit": unit, "times": times} for unit, times in LONG]
    texts = [item.get("text", item.get("unit", "") * item.get("times", 1)) for item in items]
    (target / "texts.json").write_text("[\n" + ",\n".join(json.dumps(item) for item in items) + "\n]\n", encoding="utf-8")
    places = {v: (MODELS / "news" / v, BUILD / v / "torch", f"news/{v}") for v in VERSIONS}
    places |= {n: (target / "models" / n, BUILD / n, n) for n in ("distilbert-12", "roberta-bpe")}
    for name, (folder, checkpoint, title) in places.items():
        if only and name not in only:
            continue
        manifest = json.loads((folder / "manifest.json").read_text())
        reference = AutoModelForSequenceClassification.from_pretrained(checkpoint).eval()
        cases = expectations(folder, reference, manifest["model"], manifest["maxTokens"], texts)
        head = json.dumps({"model": title, "maxTokens": manifest["maxTokens"]})[:-1]
        (target / f"{name}.json").write_text(head + ', "cases": [\n' + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]}\n")
        worst = max(max(abs(a - b) for a, b in zip(c["logits"], c["torch"])) for c in cases)
        print(f"{title}: {len(cases)} texts, largest difference between the file and torch {worst:.5f}")


if __name__ == "__main__":
    main(sys.argv[1:])
