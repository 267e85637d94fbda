import { z } from "zod";
import { NARROW_RANGE } from "./cidr.ts";
import { Delivery, Echoes, Guard } from "./schema-services.ts";
import { ECHO, IMAGES } from "./services.ts";
import { bool, count, fraction, json, privateRange, text } from "./values.ts";

const DIGEST = text("a digest: sha256: and 64 hexadecimal digits", /^sha256:[0-9a-f]{64}$/);

const Images = json(
  z.strictObject({
    /** Host (and path) of a registry that has them. @default built by the program, into ECR repositories of its own */
    registry: text("a registry such as localhost:5001").optional(),
    /** Tag, in `registry`, of every image that has no digest. */
    tag: text("an image tag such as 0.1.0", /^[\w][\w.-]{0,127}$/).default("0.1.0"),
    /** Of `node:24-slim`, the base of the images that the program builds. @default that of Node 24.15.0 */
    nodeDigest: DIGEST.default("sha256:4e6b70dd6cbfc88c8157ba19aa3d9f9cce6ba4703576d55459e45efcbc9c5f5d"),
    /** Service (or `migrations`) -> `sha256:…`, of images that are there already. */
    digests: z.partialRecord(z.enum([...IMAGES, ECHO]), DIGEST).default({}),
  }),
);

const Database = json(
  z
    .strictObject({
      instanceClass: text("an RDS class such as db.t4g.medium", /^db\.[\w-]+\.[\w-]+$/).default(
        "db.t4g.medium",
      ),
      /** GiB at first, and the most that autoscaling may make of it. */
      storage: count(20, 65_536).default(20),
      maxStorage: count(20, 65_536).default(100),
      /** A synchronous standby in another zone. */
      multiAz: bool().default(true),
      /** Major version of PostgreSQL. */
      version: text('"16", the version that the services are tested with', /^16$/).default("16"),
      /** Days that point-in-time recovery reaches back. */
      backupDays: count(1, 35).default(7),
      /** Connections that it takes at most. @default what RDS chooses for the class, 300 in a cluster */
      maxConnections: count(20, 262_143).optional(),
      /** Connections that each pod of a data service opens at most. */
      poolSize: count(1, 100).default(8),
      /**
       * PgBouncer between the services and the database, shared by transactions. Layers need it in both. @default none
       */
      pooler: z
        .strictObject({
          /** PgBouncer 1.21 or later, with a shell. */
          image: text("an image by digest: registry/name@sha256:…", /^\S+@sha256:[0-9a-f]{64}$/),
          replicas: count(3, 30).default(3),
          /** Connections of each of its pods to the database at most. */
          connections: count(1, 5000).default(20),
        })
        .optional(),
      name: text("a PostgreSQL identifier", /^[a-z][a-z0-9_]{0,62}$/).default("trizone"),
    })
    .refine(({ storage, maxStorage }) => maxStorage >= storage, {
      path: ["maxStorage"],
      error: "expected no less than storage",
    }),
);

const Cache = json(
  z.strictObject({
    nodeType: text("an ElastiCache class such as cache.t4g.micro", /^cache\.\w+\.\w+$/).default(
      "cache.t4g.micro",
    ),
    /** A primary and its replicas; three put one in each zone. */
    nodes: count(2, 6).default(3),
  }),
);

const Nodes = json(
  z
    .strictObject({
      instanceTypes: z
        .array(text("an EC2 type such as m7i.large", /^[\w-]+\.[\w-]+$/))
        .min(1)
        .default(["m7i.large"]),
      /** Nodes in each zone and tier (web, app). */
      min: count(1, 100).default(1),
      max: count(1, 100).default(3),
      /** Nodes in each zone and tier around the market's open. @default half as many again as `min`, at most `max` */
      open: count(1, 100).optional(),
      /** Spot nodes in each zone at most, for when the others are full. */
      burst: count(0, 100).default(2),
      burstTypes: z
        .array(text("an EC2 type such as m7i.large", /^[\w-]+\.[\w-]+$/))
        .min(1)
        .optional(),
      /** Pods in each zone that keep room for others. */
      warm: count(0, 100).default(1),
      /** GiB of each node's root volume. */
      disk: count(20, 16_384).default(50),
    })
    .refine(({ min, max }) => max >= min, { path: ["max"], error: "expected no less than min" })
    .refine(({ min, open = min, max }) => open >= min && open <= max, {
      path: ["open"],
      error: "expected no less than min, and no more than max",
    }),
);

const ClusterAccess = json(
  z.strictObject({
    /**
     * IPv4 ranges that reach the API server over the internet: those of the machines that run `pulumi up` or kubectl
     * from outside the VPC, such as an office's address or a CI system's. @default none: only who is in the VPC
     */
    cidrs: z.array(text("an IPv4 range of /8 or narrower, such as 203.0.113.0/24", NARROW_RANGE)).default([]),
    /**
     * Whether deployments come from a machine in the VPC (or in one that is connected to it) that has the security group
     * which output `runnerSecurityGroupId` names. The first `up` makes the VPC, so that it needs `cidrs` in any case.
     */
    runner: bool().default(false),
    /** IAM roles that may do everything in the cluster, or read it. */
    admins: z.array(text("an IAM role's ARN", /^arn:aws[\w-]*:iam::\d{12}:role\//)).default([]),
    viewers: z.array(text("an IAM role's ARN", /^arn:aws[\w-]*:iam::\d{12}:role\//)).default([]),
  }),
);

const Objectives = json(
  z.strictObject({
    /** Share of requests that are answered without a server error, in 30 days. */
    availability: fraction().default(0.999),
    /** Milliseconds in which 99 of 100 requests are answered. */
    p99Ms: count(1, 60_000).default(250),
  }),
);

const Balancers = json(
  z.strictObject({
    /**
     * Capacity units of an ordinary minute. Three times as much is reserved on weekdays over the market's open; without
     * it, ALB scales by itself.
     */
    baseCapacity: count(34, 500).optional(),
    /** Requests that one address may send in five minutes. */
    rateLimit: count(10, 2_000_000_000).default(3000),
  }),
);

const Issuer = json(
  z.strictObject({
    url: z.url({ error: "expected the issuer's URL" }),
    clientId: text("the OAuth client's id"),
  }),
);

/** CIDR blocks, one a zone; `subnetProblems` checks that they are in the VPC's `cidr` and apart. */
const Blocks = z.array(text("a block such as 10.0.1.0/24")).optional();

const Subnets = json(z.strictObject({ public: Blocks, private: Blocks, isolated: Blocks }));

const Region = text("an AWS region such as ap-southeast-2", /^[a-z]{2,}(-[a-z]+)+-\d$/);

/** A stack's configuration, `<project>:<key>`; what is optional has its default here. */
export const Schema = z
  .strictObject({
    /** `aws:region`. The policies judge whether the region is allowed. */
    "aws:region": Region,
    /** Where the platform goes: AWS, or a Kubernetes cluster that is there already. */
    target: z.enum(["aws", "kubernetes"], { error: "expected aws or kubernetes" }).default("aws"),
    /**
     * What of the platform this stack is: all of it, all but the services, or the services on another stack's platform.
     */
    layer: z
      .enum(["whole", "foundation", "applications"], {
        error: "expected whole, foundation or applications",
      })
      .default("whole"),
    /** For layer applications: the stack of layer foundation, `organization/project/stack`. */
    foundation: text(
      "a stack such as broker/trizone/prod-foundation",
      /^[\w.-]+(\/[\w.-]+){0,2}$/,
    ).optional(),
    /** Availability zone names. @default the region's a, b and c */
    zones: json(
      z
        .array(text("a zone's name"))
        .length(3, { error: "expected three zone names" })
        .refine((zones) => new Set(zones).size === zones.length, { error: "expected three different zones" }),
    ).optional(),
    /** The VPC's range. */
    cidr: privateRange().default("10.0.0.0/16"),
    /** Blocks of the subnets by tier. @default nine /24 blocks of a /16 range */
    subnets: Subnets.optional(),
    /** Pods of each service at least; a multiple of three keeps the zones even. */
    replicas: count(3, 300).default(3),
    /** Pods of each service at most. @default four times `replicas` */
    maxReplicas: count(3, 1000).optional(),
    /** Percent of the requested CPU at which pods are added. */
    targetCpuPercent: count(10, 90).default(60),
    namespace: text("a Kubernetes name", /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/).default("trizone"),
    natGateways: z.enum(["single", "per-zone"], { error: "expected single or per-zone" }).default("per-zone"),
    kubernetesVersion: text(
      "1.35 or later, which label pods with their zone",
      /^1\.(3[5-9]|[4-9]\d)$/,
    ).default("1.35"),
    images: Images.prefault({}),
    database: Database.prefault({}),
    cache: Cache.prefault({}),
    nodes: Nodes.prefault({}),
    clusterAccess: ClusterAccess.prefault({}),
    objectives: Objectives.prefault({}),
    balancers: Balancers.prefault({}),
    delivery: Delivery.prefault({}),
    guard: Guard.prefault({}),
    /**
     * Services that answer with what they were asked and where, behind host-routed ingress, for load tests. @default none
     */
    echoes: Echoes.optional(),
    /** Guards the database and the balancers against deletion. */
    protect: bool().default(false),
    /**
     * Who can delete audit records before their time: nobody but administrators who say so (governance), or nobody at
     * all, the account's root included (compliance). Compliance can't be taken back for what was recorded under it.
     */
    recordsLock: z
      .enum(["governance", "compliance"], { error: "expected governance or compliance" })
      .default("governance"),
    /** Addresses that alarms are sent to; each is asked once to confirm. A production stack needs one. @default none */
    alarmEmails: json(z.array(z.email({ error: "expected an e-mail address" }))).default([]),
    /**
     * Name under which users reach the platform. @default the public balancer's own, with a certificate that it signed
     * itself, of which browsers warn
     */
    domain: text("a DNS name", /^([a-z0-9-]+\.)+[a-z]{2,}$/).optional(),
    /** Route 53's public zone that `domain` is in: the program makes the domain's certificate and record there. */
    hostedZoneId: text("a Route 53 zone's id such as Z0123456789ABCDEFGHIJ", /^Z[A-Z0-9]{1,31}$/).optional(),
    /** ACM certificate of `domain`, in the stack's region. @default one that the program makes in the hosted zone */
    certificateArn: text("an ACM certificate's ARN", /^arn:aws[\w-]*:acm:/).optional(),
    /** For target kubernetes: the OpenID issuer, the URL under which `web` is reached, the database's password. */
    issuer: Issuer.optional(),
    /**
     * For target kubernetes: the ClusterIssuer of the cluster's cert-manager that signs the pods' certificates; its
     * CSI driver must run. @default pods speak plain HTTP
     */
    certificateIssuer: text("a ClusterIssuer's name", /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/).optional(),
    publicUrl: z.url({ error: "expected a URL" }).optional(),
    databasePassword: text("a password", /^.{8,}$/).optional(),
  })
  .transform(({ "aws:region": region, ...config }) => ({
    ...config,
    region,
    zones: config.zones ?? ["a", "b", "c"].map((letter) => region + letter),
  }));

export type Config = z.output<typeof Schema>;

/** The echoes of a stack and the hosts under which they answer; none where it has none. */
export function echoHosts({ echoes }: Pick<Config, "echoes">): { name: string; host: string }[] {
  return echoes?.names.map((name) => ({ name, host: `${name}.${echoes.domain}` })) ?? [];
}
