import { fullTime, percent } from "../ui/format.ts";
import { Empty, Loaded, Notice } from "../ui/states.tsx";
import { type Models, useModels } from "./operations.ts";
import { Value } from "./Value.tsx";
import "./zones.css";

/** The model that reads the news: its versions, who gets which, and whether its answers drift. */
export default function ModelsPage() {
  const models = useModels();
  return (
    <div className="page">
      <h1>News model</h1>
      <Loaded query={models} what="the model" rows={8}>
        {(found) => (
          <div className="models">
            <section className="panel" aria-label="Versions">
              <header>
                <h2>Versions</h2>
              </header>
              <Versions models={found} />
            </section>
            <div className="stack">
              <section className="panel" aria-label="Split">
                <header>
                  <h2>Who answers</h2>
                </header>
                <Split models={found} />
              </section>
              <section className="panel" aria-label="Drift">
                <header>
                  <h2>Drift</h2>
                </header>
                <Drift versions={found.versions} />
              </section>
            </div>
          </div>
        )}
      </Loaded>
    </div>
  );
}

type Version = Models["versions"][number];

function roleOf({ deployment, serving }: Models, version: string): string | undefined {
  if (version === serving) return "current";
  if (version === deployment?.candidate?.version) return deployment.candidate.mode;
  if (deployment?.split?.some((part) => part.version === version)) return "split";
  return version === deployment?.previous ? "previous" : undefined;
}

function Versions({ models }: { models: Models }) {
  const problem = models.notReady ?? models.bucketProblem;
  return (
    <>
      {problem && (
        <Notice kind="bad">
          <strong>{models.notReady ? "No version answers" : "The bucket can't be read"}.</strong> {problem}
        </Notice>
      )}
      <ul className="entries">
        {models.versions.map((entry) => (
          <Entry key={entry.version} entry={entry} role={roleOf(models, entry.version)} />
        ))}
      </ul>
    </>
  );
}

function Entry({ entry, role }: { entry: Version; role: string | undefined }) {
  const { version, state, since, reason, labels, created, metrics } = entry;
  const isRefused = state === "refused" || state === "rolled back";
  return (
    <li>
      <div className="row spread">
        <span className="row">
          <strong>{version}</strong>
          {role && <span className={`badge ${role === "current" ? "good" : "info"}`}>{role}</span>}
          <span className={`badge ${isRefused ? "bad" : ""}`}>{state}</span>
        </span>
        <span className="muted small">since {fullTime(since)}</span>
      </div>
      {reason && <p>{reason}</p>}
      <Value value={{ ...(created && { created }), ...(labels && { labels }), ...metrics }} />
    </li>
  );
}

/** Without a split or a canary the current version answers everybody. */
function Split({ models: { deployment, serving, candidate: figures } }: { models: Models }) {
  const current = serving ?? deployment?.current;
  const candidate = deployment?.candidate;
  const shares = deployment?.split
    ? deployment.split.map(({ version, weight }) => [version, weight] as const)
    : candidate?.mode === "canary"
      ? [[current, 100 - candidate.share] as const, [candidate.version, candidate.share] as const]
      : [[current, 100] as const];
  return (
    <>
      <dl className="bars body">
        {shares.map(([version = "none", share]) => (
          <div key={version}>
            <dt>{version}</dt>
            <dd>
              <meter min={0} max={100} value={share} aria-label={`Share of ${version}`} />
              <span>{percent(share / 100, 0)}</span>
            </dd>
          </div>
        ))}
      </dl>
      {candidate && figures && (
        <div className="body">
          <p className="small muted">
            What the {candidate.mode} {candidate.version} did so far
          </p>
          <Value value={figures} />
        </div>
      )}
    </>
  );
}

function Drift({ versions }: { versions: readonly Version[] }) {
  const measured = versions.flatMap(({ version, drift }) => (drift ? [{ version, drift }] : []));
  if (measured.length === 0) return <Empty title="Nothing was measured yet" />;
  return (
    <ul className="entries">
      {measured.map(({ version, drift: { drifted, predictions, features } }) => (
        <li key={version}>
          <div className="row">
            <strong>{version}</strong>
            <span className={`badge ${drifted ? "bad" : "good"}`}>{drifted ? "drifts" : "steady"}</span>
            <span className="muted small">over {predictions} predictions</span>
          </div>
          <Value value={Object.fromEntries(features.map(({ feature, psi }) => [feature, psi]))} />
        </li>
      ))}
    </ul>
  );
}
