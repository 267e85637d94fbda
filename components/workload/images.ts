import * as aws from "@pulumi/aws";
// The package's index loads all of its old classes.
import { Image } from "@pulumi/awsx/ecr/image.js";
import * as pulumi from "@pulumi/pulumi";
import { type Config, ECHO, IMAGES, type ImageName } from "../../config/index.ts";
import { BY_CONTENT, contentTag } from "./image-context.ts";

/** `<registry>/trizone/<service>` by digest where there is one, else by tag. */
export function imageName(
  registry: string,
  service: ImageName,
  images: { tag: string; digests: Partial<Record<ImageName, string>> },
): string {
  const digest = images.digests[service];
  return `${registry}/trizone/${service}${digest ? `@${digest}` : `:${images.tag}`}`;
}

/** The image of a service, or of the migrations, by its reference. */
export type ImageOf = (service: ImageName) => pulumi.Output<string>;

export interface RepositoriesArgs {
  region: string;
  /** KMS key of the images. @default ECR's own */
  keyArn?: pulumi.Input<string>;
  /** Keeps the repositories when the stack goes. @default false */
  protect?: boolean;
  tags?: Record<string, string>;
  /** Whether there is one for the echoes. @default false */
  echo?: boolean;
}

/** Images that a repository keeps: enough to go back to any of the last months' releases. */
const KEEP = 100;

const LIFECYCLE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: KEEP },
      action: { type: "expire" },
    },
  ],
});

/**
 * ECR repositories, one an image name, whose images are scanned when they are pushed and can't be replaced under their
 * name; only a tag that stands for contents may be pushed again, as going back to an earlier release does. Costs their
 * storage.
 *
 * @example new Repositories("repositories", { region }, { provider })
 */
export class Repositories extends pulumi.ComponentResource {
  /** Host and path before `/trizone/<service>`, known once every repository is there. */
  readonly registry: pulumi.Output<string>;

  constructor(name: string, args: RepositoriesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:Repositories", name, {}, opts);
    const { region, keyArn, protect, tags, echo } = args;
    const prefix = pulumi.getStack();
    const urls = [...IMAGES, ...(echo ? [ECHO] : [])].map((service) => {
      const repository = new aws.ecr.Repository(
        `${name}-${service}`,
        {
          name: `${prefix}/trizone/${service}`,
          imageTagMutability: "IMMUTABLE_WITH_EXCLUSION",
          imageTagMutabilityExclusionFilters: [{ filter: `${BY_CONTENT}*`, filterType: "WILDCARD" }],
          imageScanningConfiguration: { scanOnPush: true },
          encryptionConfigurations: [
            keyArn ? { encryptionType: "KMS", kmsKey: keyArn } : { encryptionType: "AES256" },
          ],
          forceDelete: !protect,
          region,
          tags,
        },
        { parent: this, protect },
      );
      new aws.ecr.LifecyclePolicy(
        `${name}-${service}-lifecycle`,
        { repository: repository.name, policy: LIFECYCLE, region },
        { parent: this },
      );
      return repository.repositoryUrl;
    });
    this.registry = pulumi.all(urls).apply(([url = ""]) => url.slice(0, url.lastIndexOf("/trizone/")));
    this.registerOutputs({ registry: this.registry });
  }
}

/**
 * Images by digest: those that the config names one for are there already, the others are built here (by Docker) and
 * pushed to ECR. In a registry of the config's own nothing is built, and what has no digest goes by its tag.
 */
export function builtImages(
  config: Config,
  registry: pulumi.Input<string>,
  provider: pulumi.ProviderResource,
): ImageOf {
  const built = new Map<ImageName, pulumi.Output<string>>();
  return (service) => {
    const { images } = config;
    if (images.registry || images.digests[service]) {
      return pulumi.output(registry).apply((registry) => imageName(registry, service, images));
    }
    const known = built.get(service) ?? build(service, config, registry, provider);
    built.set(service, known);
    return known;
  };
}

function build(
  service: ImageName,
  { images, nodes }: Config,
  registry: pulumi.Input<string>,
  provider: pulumi.ProviderResource,
): pulumi.Output<string> {
  const args = { SERVICE: service, NODE_DIGEST: images.nodeDigest };
  const platform = platformOf(nodes.instanceTypes);
  return new Image(
    `image-${service}`,
    {
      repositoryUrl: pulumi.interpolate`${registry}/trizone/${service}`,
      // awsx's own tag is made of the arguments: the image of a changed tree would have the old one's.
      imageTag: contentTag({ ...args, platform }),
      context: ".",
      dockerfile: "services/Dockerfile",
      platform,
      args,
    },
    { provider },
  ).imageUri;
}

/** AWS's own processors, Graviton, have a `g` behind their generation: `m7g`, `c7gn`. */
function platformOf(instanceTypes: string[]): string {
  return instanceTypes.every((type) => /^[a-z]+\d+g[a-z]*\./.test(type)) ? "linux/arm64" : "linux/amd64";
}
