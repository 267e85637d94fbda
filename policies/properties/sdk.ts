import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** An input of a resource type of the provider's SDK. */
export interface Property {
  /** `s3/inventory`, of `aws:s3/inventory:Inventory`. */
  type: string;
  /** `destination.bucket.bucketArn`; lists have no index. */
  path: string;
  /** Its TypeScript type, such as `pulumi.Input<string>[]`. */
  kind: string;
}

type Fields = [name: string, type: string][];

const FIELD = /^\s+(\w+)\??: (.*)$/;
const COMMENTS = /\/\*[\s\S]*?\*\//g;

/** Every input of every resource type of `@pulumi/aws`, down to those that aren't objects, in order of type and path. */
export function propertiesOfSdk(): Property[] {
  const root = dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));
  const shapes = shapesOf(readFileSync(join(root, "types/input.d.ts"), "utf8"));
  const expand = (type: string, at: string, fields: Fields, within: string[]): Property[] =>
    fields.flatMap(([name, kind]) => {
      const path = at ? `${at}.${name}` : name;
      const references = [...kind.matchAll(/inputs\.([\w.]+)/g)].map(([, reference = ""]) => reference);
      const nested = references
        .filter((reference) => !within.includes(reference))
        .flatMap((reference) => expand(type, path, shapes.get(reference) ?? [], [...within, reference]));
      // What may be a text too, as policy documents may, is a property itself.
      return references.length === 0 || /\bstring\b/.test(kind) ? [{ type, path, kind }] : nested;
    });
  return [...resources(root)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([type, fields]) => expand(type, "", fields, []));
}

/** The interfaces of the SDK's nested inputs by name, `s3.InventoryDestination`. */
function shapesOf(text: string): Map<string, Fields> {
  const shapes = new Map<string, Fields>();
  const namespaces: string[] = [];
  let fields: Fields | undefined;
  for (const line of text.replace(COMMENTS, "").split("\n")) {
    const namespace = /^\s*(?:export )?(?:declare )?namespace (\w+) \{/.exec(line)?.[1];
    const shape = /^\s*(?:export )?interface (\w+) \{/.exec(line)?.[1];
    const [, name, type] = FIELD.exec(line) ?? [];
    if (namespace) namespaces.push(namespace);
    else if (shape) {
      fields = [];
      shapes.set([...namespaces, shape].join("."), fields);
    } else if (/^\s*\}\s*$/.test(line)) {
      if (fields) fields = undefined;
      else namespaces.pop();
    } else if (fields && name && type) fields.push([name, type]);
  }
  return shapes;
}

/** The arguments of every resource type, from the declarations beside the classes that have a Pulumi type. */
function* resources(folder: string): Generator<[type: string, fields: Fields]> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "node_modules" && entry.name !== "types") yield* resources(path);
      continue;
    }
    if (!/^(?!get[A-Z]).*\.js$/.test(entry.name)) continue;
    const [, type = "", name] = /__pulumiType = 'aws:([^:]+):(\w+)'/.exec(readFileSync(path, "utf8")) ?? [];
    if (!name) continue;
    const declarations = readFileSync(path.replace(/\.js$/, ".d.ts"), "utf8").replace(COMMENTS, "");
    const args = declarations.split(`export interface ${name}Args {\n`)[1]?.split("\n}")[0] ?? "";
    yield [
      type,
      args.split("\n").flatMap((line): Fields => {
        const [, field, kind] = /^ {4}(\w+)\??: (.*)$/.exec(line) ?? [];
        return field && kind ? [[field, kind]] : [];
      }),
    ];
  }
}
