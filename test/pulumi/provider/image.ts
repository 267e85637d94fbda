import { createHash } from "node:crypto";
import { dereference, isUnknown, type PropertyMap, sortKeys, UNKNOWN } from "../../../engine/graph/index.ts";
import type { Child, Component } from "./children.ts";

/**
 * The build that an `awsx.ecr.Image` makes. Left out are the registry's credentials and the cache.
 *
 * The build's URN does not hold the image's own name, so its name must tell the images apart: as awsx does it, it is a
 * digest of what is built.
 */
export async function image({ urn, inputs: sent }: Component, child: Child): Promise<void> {
  const { repositoryUrl, context, dockerfile, platform, args }: PropertyMap = dereference(sent);
  const built = createHash("sha1")
    .update(JSON.stringify(sortKeys([context, dockerfile, args])))
    .digest("hex");
  const name = `${built}-container`;
  await child("docker-build:index:Image", name, urn, {
    tags: [isUnknown(repositoryUrl) ? UNKNOWN : `${repositoryUrl}:${name}`],
    context: { location: context },
    dockerfile: { location: dockerfile },
    ...{ buildArgs: args, platforms: [platform], push: true },
  });
}
