// What a load test writes for programs, pull requests and people: JSON, Markdown, HTML.
export { commitOf, LoadDocument, thisMachine } from "./document.ts";
export { htmlOf } from "./html.ts";
export { headline, markdownOf } from "./markdown.ts";
export { escapeText } from "./plot.ts";
export { HEAD, rowsOf } from "./rows.ts";
