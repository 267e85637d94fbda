import {
  chartValues,
  containersOf,
  display,
  entries,
  isProduction,
  items,
  PRODUCTION_SCHEMA,
  podSpecs,
  read,
  resourceRule,
  UNKNOWN,
} from "../shared/index.ts";

const DIGEST = /@sha256:[0-9a-f]{64}$/;

/** A registry on the machine itself, as a test cluster has one, filled by those who start the cluster; production has none. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?\//;

const CHART = /^kubernetes:helm\.sh\/v\d:(Release|Chart)$/;
const EXACT = /^v?\d+\.\d+\.\d+(-[\w.]+)?(\+[\w.]+)?$/;
/** Tags that whoever builds an image moves by custom. */
const MOVING = new Set(["latest", "main", "master", "stable", "edge", "nightly"]);

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
  configSchema: PRODUCTION_SCHEMA,
  judge: (resource) => {
    const { type, props } = resource;
    const judge = (where: string, image: unknown) => judgeImage(where, image, isProduction(resource));
    return [
      ...containersOf(type, props).flatMap(({ where, value, partial }) => {
        const image = read(value, "image");
        return partial && image === undefined ? [] : judge(where, image);
      }),
      ...podSpecs(type, props).flatMap(({ path, value: pod }) =>
        items(read(pod, "volumes")).flatMap((volume, index) => {
          const image = read(volume, "image");
          return image === undefined
            ? []
            : judge(`${path}.volumes[${index}].image`, read(image, "reference"));
        }),
      ),
      ...(CHART.test(type) ? chart(props) : []),
      ...chartValues(type, props).flatMap(({ path, value }) => movingTags(value, path)),
    ];
  },
});

function judgeImage(where: string, image: unknown, inProduction: boolean): string[] {
  if (image === UNKNOWN) return [];
  const pinned = typeof image === "string" && (DIGEST.test(image) || (!inProduction && LOOPBACK.test(image)));
  return pinned ? [] : [`${where} has image ${display(image)}`];
}

function chart(props: unknown): string[] {
  const [name, version] = [read(props, "chart"), read(props, "version")];
  if (typeof name === "string" && (/^[./]/.test(name) || /@sha256:[0-9a-f]{64}$/.test(name))) return [];
  return typeof version === "string" && EXACT.test(version)
    ? []
    : [`chart ${display(name)} has version ${display(version)}`];
}

/** An exact version of a chart names its images' tags, unless the values name one that moves. */
function movingTags(value: unknown, path: string): string[] {
  if (Array.isArray(value))
    return items(value).flatMap((item, index) => movingTags(item, `${path}[${index}]`));
  return entries(value).flatMap(([key, item]) =>
    key === "tag" && typeof item === "string" && MOVING.has(item)
      ? [`${path}.tag is ${display(item)}`]
      : movingTags(item, `${path}.${key}`),
  );
}
