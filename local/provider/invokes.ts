import { randomBytes } from "node:crypto";
import { parseAllDocuments } from "yaml";
import { ACCOUNT, arn, derived, type Invoke, text } from "./naming.ts";
import { getPolicyDocument } from "./policy-document.ts";

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

const getAvailabilityZone: Invoke = (args, { region }) => {
  const known = zonesOf(region);
  const zone = known.find(({ name, id }) => name === args.name || id === args.zoneId);
  const name = zone?.name ?? text(args, "name");
  if (!name) throw new Error(`region ${region} has no availability zone ${JSON.stringify(args)}`);
  if (!name.startsWith(region)) throw new Error(`availability zone ${name} is not in region ${region}`);
  const suffix = name.slice(region.length);
  return {
    id: name,
    name,
    nameSuffix: suffix,
    region,
    zoneId: zoneId(name, region),
    state: "available",
    zoneType: "availability-zone",
  };
};

const getAvailabilityZones: Invoke = (_, { region }) => {
  const zones = zonesOf(region);
  return {
    id: region,
    names: zones.map(({ name }) => name),
    zoneIds: zones.map(({ id }) => id),
    state: "available",
  };
};

const getService: Invoke = async (args, { region, addresses }) => {
  const serviceId = text(args, "serviceId") ?? "";
  const address = serviceId === "arc-zonal-shift" ? await addresses?.reserve("arc", "arc") : undefined;
  const dnsName = address ? `http://${address.host}:${address.port}` : `${serviceId}.${region}.amazonaws.com`;
  const reverse = `com.amazonaws.${region}.${serviceId}`;
  return {
    id: reverse,
    dnsName,
    partition: "aws",
    region,
    reverseDnsName: reverse,
    reverseDnsPrefix: "com.amazonaws",
    serviceId,
    supported: true,
  };
};

/**
 * Where something runs, another each time, as AWS answers; else always the same, so that a graph is. Leaves out which
 * characters were asked for.
 */
const getRandomPassword: Invoke = ({ passwordLength = 32 }, { region, addresses }) => {
  const length = Number(passwordLength);
  const drawn = () => randomBytes(length).toString("hex").slice(0, length);
  return { id: region, randomPassword: addresses ? drawn() : derived("password", length) };
};

/** Provider functions by token. */
export const invokes: Record<string, Invoke> = {
  "aws:index/getAvailabilityZone:getAvailabilityZone": getAvailabilityZone,
  "aws:index/getAvailabilityZones:getAvailabilityZones": getAvailabilityZones,
  "aws:index/getService:getService": getService,
  "aws:iam/getPolicyDocument:getPolicyDocument": getPolicyDocument,
  "aws:secretsmanager/getRandomPassword:getRandomPassword": getRandomPassword,
  "aws:index/getRegion:getRegion": (_, { region }) => ({
    id: region,
    name: region,
    region,
    endpoint: `ec2.${region}.amazonaws.com`,
  }),
  "kubernetes:yaml:decode": (args) => ({
    result: parseAllDocuments(text(args, "text") ?? "").flatMap((document) => document.toJS() ?? []),
  }),
  "aws:index/getPartition:getPartition": () => ({ id: "aws", partition: "aws", dnsSuffix: "amazonaws.com" }),
  "aws:index/getCallerIdentity:getCallerIdentity": () => ({
    id: ACCOUNT,
    accountId: ACCOUNT,
    arn: arn("iam", "", "root"),
    userId: ACCOUNT,
  }),
};
