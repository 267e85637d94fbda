import { arn, uuid } from "./naming.ts";
import type { Answer } from "./types.ts";

const workspace: Answer = ({ urn }, { region }) => {
  const id = `ws-${uuid(urn)}`;
  const prometheusEndpoint = `https://aps-workspaces.${region}.amazonaws.com/workspaces/${id}/`;
  return { id, outputs: { arn: arn("aps", region, `workspace/${id}`), prometheusEndpoint } };
};

export const monitoring: Record<string, Answer> = {
  "aws:amp/workspace:Workspace": workspace,
};
