import { ACCOUNT, arn, autoName, derived } from "./naming.ts";
import { type Answer, text } from "./types.ts";

/** `awsx.ecr.Image` builds and pushes: here nothing is built, and the digest is made up. */
const image: Answer = ({ urn, inputs }) => ({
  outputs: { imageUri: `${text(inputs, "repositoryUrl")}@sha256:${derived(urn, 64)}` },
});

const repository: Answer = ({ urn, name: logical, inputs }, { region }) => {
  const name = text(inputs, "name") ?? autoName(urn, logical);
  const repositoryUrl = `${ACCOUNT}.dkr.ecr.${region}.amazonaws.com/${name}`;
  const own = arn("ecr", region, `repository/${name}`);
  return { id: name, outputs: { name, arn: own, registryId: ACCOUNT, repositoryUrl } };
};

export const images: Record<string, Answer> = {
  "awsx:ecr:Image": image,
  "aws:ecr/repository:Repository": repository,
};
