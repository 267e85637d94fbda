import proto from "@pulumi/pulumi/proto/provider_pb.js";
import { fromStruct } from "../../../engine/grpc/index.ts";
import { hasUnknown, same } from "./preview.ts";

const { DiffResponse, PropertyDiff } = proto;

/** Compares the inputs: outputs that nobody asked for are no change. */
export function diff(request: proto.DiffRequest): proto.DiffResponse {
  const olds = fromStruct(request.getOldInputs());
  const news = fromStruct(request.getNews());
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (key) => hasUnknown(news[key]) || !same(olds[key], news[key]),
  );
  const { DIFF_NONE, DIFF_SOME } = DiffResponse.DiffChanges;
  const response = new DiffResponse()
    .setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
    .setDiffsList(changed)
    .setHasdetaileddiff(true);
  const { ADD, DELETE, UPDATE } = PropertyDiff.Kind;
  for (const key of changed) {
    const kind = !(key in olds) ? ADD : key in news ? UPDATE : DELETE;
    response.getDetaileddiffMap().set(key, new PropertyDiff().setKind(kind).setInputdiff(true));
  }
  return response;
}
