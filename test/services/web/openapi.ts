import openapiTS, { astToString } from "openapi-typescript";
import { operationsApi } from "../../../services/guard/api.ts";
import { quotesApi } from "../../../services/market-data/api.ts";
import { newsApi } from "../../../services/news/api.ts";
import { portfolioApi } from "../../../services/portfolio/api.ts";
import { ordersApi } from "../../../services/trading/api.ts";
import { ledgerApi } from "../../../services/transactions/ledger/api.ts";

/** Stands for what a service's handlers use: their document needs none of it. */
const unused = <Part>() => ({}) as Part;

/** The services whose paths the page calls, each with its document at `/openapi.json`. */
const apis = () => [
  ordersApi(unused()),
  ledgerApi(unused()),
  portfolioApi(unused(), unused()),
  quotesApi(unused(), unused()),
  newsApi(unused()),
  operationsApi(unused()),
];

type Document = { paths?: object; components?: { schemas?: object } };

/** The TypeScript of the page's API types, from the services' own OpenAPI documents. */
export async function pageTypes(): Promise<string> {
  const documents = await Promise.all(
    apis().map(async (api) => (await (await api.request("/openapi.json")).json()) as Document),
  );
  const paths = Object.assign({}, ...documents.map((document) => document.paths));
  const schemas = Object.assign({}, ...documents.map((document) => document.components?.schemas));
  const info = { title: "Trizone", version: "1" };
  const document = { openapi: "3.1.0", info, paths, components: { schemas } };
  const ast = await openapiTS(document as never, { alphabetize: true });
  return `// Written by \`npm run api:update\` from the services' OpenAPI documents.\n${astToString(ast)}`;
}
