/** Directions as zone ids abbreviate them: `ap-southeast-2` -> `apse2`, `us-east-1` -> `use1`. */
const ABBREVIATIONS: Record<string, string> = {
  gov: "g",
  north: "n",
  south: "s",
  east: "e",
  west: "w",
  central: "c",
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
};

/**
 * Id of a zone by its name: `ap-southeast-2a` -> `apse2-az1`. Which physical zone a letter means differs from account
 * to account on AWS, so nothing may compute one from the other; the stack's outputs have both.
 */
export function zoneId(name: string, region: string): string {
  const suffix = name.slice(region.length);
  const [area = "", ...rest] = region.split("-");
  const short = area + rest.map((part) => ABBREVIATIONS[part] ?? part).join("");
  const number = suffix.charCodeAt(0) - "a".charCodeAt(0) + 1;
  return `${short}-az${number}`;
}

export function zonesOf(region: string): { name: string; id: string }[] {
  return ["a", "b", "c"].map((letter) => ({ name: region + letter, id: zoneId(region + letter, region) }));
}
