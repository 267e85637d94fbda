import { percent } from "../ui/format.ts";
import { Empty, Loaded } from "../ui/states.tsx";
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
                <div className="body">
                  {found.drift == null ? (
                    <Empty title="Nothing was measured yet" />
                  ) : (
                    <Value value={found.drift} />
                  )}
                </div>
              </section>
            </div>
          </div>
        )}
      </Loaded>
    </div>
  );
}

function roleOf({ current, previous, candidate }: Models, version: string): string | undefined {
  if (version === current) return "current";
  if (version === candidate) return "candidate";
  return version === previous ? "previous" : undefined;
}

function Versions({ models }: { models: Models }) {
  return (
    <ul className="entries">
      {models.versions.map((entry) => {
        const { version, ...more } = entry;
        const role = roleOf(models, version);
        return (
          <li key={version}>
            <div className="row">
              <strong>{version}</strong>
              {role && <span className={`badge ${role === "current" ? "good" : "info"}`}>{role}</span>}
            </div>
            <Value value={more} />
          </li>
        );
      })}
    </ul>
  );
}

/** Without a split the current version answers everybody. */
function Split({ models: { split, current } }: { models: Models }) {
  const numbers = Object.entries(split ?? {}).filter((entry) => typeof entry[1] === "number");
  const shares: [string, number][] = numbers.length > 0 ? numbers : [[current, 1]];
  return (
    <dl className="bars body">
      {shares.map(([version, share]) => (
        <div key={version}>
          <dt>{version}</dt>
          <dd>
            <meter min={0} max={1} value={share} aria-label={`Share of ${version}`} />
            <span>{percent(share, 0)}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
