import { containersOf, display, items, podSpecs, read, resourceRule, UNKNOWN } from "../shared/index.ts";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** A registry on the machine itself, as a test cluster has one, filled by those who start the cluster. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?\//;

const RELEASE = "kubernetes:helm.sh/v3:Release";
const EXACT = /^v?\d+\.\d+\.\d+(-[\w.]+)?(\+[\w.]+)?$/;

/**
 * What was tested is what runs: a tag, or a range of a chart's versions, may mean something else tomorrow. The digest
 * of an image that isn't built yet is unknown in a preview, and judged in the update.
 */
export const imagesPinned = resourceRule({
  name: "images-pinned",
  description: "Images are named by digest and charts by their exact version.",
  severity: "high",
  verdict: "may run something else tomorrow",
  fix: "Name the image by digest (name@sha256:…, as awsx.ecr.Image returns it; trizone:images.digests gives a service's), and a chart by one exact version.",
  judge: ({ type, props }) => [
    ...containersOf(type, props).flatMap(({ where, value }) => judge(where, read(value, "image"))),
    ...podSpecs(type, props).flatMap(({ path, value: pod }) =>
      items(read(pod, "volumes")).flatMap((volume, index) => {
        const image = read(volume, "image");
        return image === undefined ? [] : judge(`${path}.volumes[${index}].image`, read(image, "reference"));
      }),
    ),
    ...(type === RELEASE ? chart(props) : []),
  ],
});

function judge(where: string, image: unknown): string[] {
  if (image === UNKNOWN) return [];
  const pinned = typeof image === "string" && (DIGEST.test(image) || LOOPBACK.test(image));
  return pinned ? [] : [`${where} has image ${display(image)}`];
}

function chart(props: unknown): string[] {
  const [name, version] = [read(props, "chart"), read(props, "version")];
  if (typeof name === "string" && /^[./]/.test(name)) return [];
  return typeof version === "string" && EXACT.test(version)
    ? []
    : [`chart ${display(name)} has version ${display(version)}`];
}
