// What the compiler of the SDK makes otherwise than one that only strips types; each export is a difference.
(globalThis as any).before = "the statement above the import";
import * as pulumi from "@pulumi/pulumi";
import { seenFirst, Size } from "./parts";

class Base {
  constructor() {
    this.build();
  }
  protected build(): void {}
}
class Derived extends Base {
  made!: string;
  size: string | undefined;
  protected override build() {
    this.made = "by the base's constructor";
    this.size = Size.Large;
  }
}
export const fields = { ...new Derived() };

export const order = seenFirst;

const read = () => late ?? "not yet";
export const early = read();
export let late: string | undefined = "defined";

export const strict = (function (this: unknown) {
  return this === undefined;
})();

const types: Record<string, string> = {};
(Reflect as any).metadata = (key: string, type: any) => (_target: any, property?: string) => {
  if (key === "design:type") types[property ?? "class"] = type.name;
};
const setting = (_target: any, _property: string) => undefined as any;
class Settings {
  @setting size!: string;
  @setting when!: Date;
}
new Settings();
export const metadata = types;

const suffix = "!";
const provider: pulumi.dynamic.ResourceProvider = {
  async create(inputs: { text: string }) {
    return { id: "dynamic", outs: { shouted: inputs.text.toUpperCase() + suffix } };
  },
};
class Shout extends pulumi.dynamic.Resource {
  constructor(name: string, text: string) {
    super(provider, name, { text });
  }
}
new Shout("shout", "hello");
