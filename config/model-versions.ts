/** A model that a service answers with, and its share of the requests. */
export interface ModelVersion {
  /** At most six letters, digits and hyphens: with a balancer's and a service's they must fit a target group's name. */
  model: string;
  /** Percent of the requests; all versions' are 100. */
  weight: number;
}

/** A service whose requests are split between models. */
export interface ModelSplitOptions {
  service: string;
  versions: ModelVersion[];
}

export interface Scale {
  replicas: number;
  maxReplicas: number;
}

/** Listener rules forward to five target groups at most (Elastic Load Balancing quotas). */
const MOST = 5;

/** A pod in each zone. */
const LEAST = 3;

/** What is wrong with a split's versions, each with its path below `versions`; none when they hold. */
export function versionProblems(versions: ModelVersion[]): { path: (string | number)[]; message: string }[] {
  const models = versions.map(({ model }) => model);
  const sum = versions.reduce((total, { weight }) => total + weight, 0);
  return [
    ...(versions.length >= 2 && versions.length <= MOST
      ? []
      : [{ path: [], message: `expected 2 to ${MOST} versions, not ${versions.length}` }]),
    ...(sum === 100 ? [] : [{ path: [], message: `expected weights that are 100 together, not ${sum}` }]),
    ...models.flatMap((model, index) =>
      models.indexOf(model) === index
        ? []
        : [
            {
              path: [index, "model"],
              message: `${model} is the model of another version already; give each its own`,
            },
          ],
    ),
  ];
}

/** Name of the Deployment, the Service and the target group of a version. */
export function versionName(service: string, { model }: ModelVersion): string {
  return `${service}-${model}`;
}

/** A version's share of a service's pods: in every zone at least one, so that none of its requests waits for a pod. */
export function versionScale({ replicas, maxReplicas }: Scale, { weight }: ModelVersion): Scale {
  const share = (pods: number) => Math.max(LEAST, Math.ceil((pods * weight) / 100));
  return { replicas: share(replicas), maxReplicas: share(maxReplicas) };
}

/** How far what runs as `service` scales: itself, or each of its versions by name. */
export function scales(service: string, scale: Scale, split?: ModelSplitOptions): Record<string, Scale> {
  if (split?.service !== service) return { [service]: scale };
  return Object.fromEntries(
    split.versions.map((version) => [versionName(service, version), versionScale(scale, version)]),
  );
}
