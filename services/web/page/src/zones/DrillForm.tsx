import { type FormEvent, useState } from "react";
import { Field, Select } from "../ui/controls.tsx";
import { Confirm } from "../ui/Dialog.tsx";
import { Empty } from "../ui/states.tsx";
import { type Act, startDrill, useZones } from "./operations.ts";

const MOST_RATE = 5000;
const MOST_SEED = 2 ** 31 - 1;

interface DrillFormProps {
  scenarios: readonly { name: string; description: string }[];
  busy: boolean;
  act(action: Act): void;
}

/** Chooses a scenario, its zone and load, and starts it once that is confirmed. */
export function DrillForm({ scenarios, busy, act }: DrillFormProps) {
  const zones = useZones().data?.zones ?? [];
  const [name, setName] = useState("");
  const [zone, setZone] = useState("");
  const [rate, setRate] = useState("");
  const [seed, setSeed] = useState("");
  const [asking, setAsking] = useState(false);
  const [problems, setProblems] = useState<{ rate?: string; seed?: string }>({});
  const scenario = scenarios.find((one) => one.name === name) ?? scenarios[0];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = {
      ...(rate &&
        !(Number(rate) >= 1 && Number(rate) <= MOST_RATE) && {
          rate: `Must be a number from 1 to ${MOST_RATE}.`,
        }),
      ...(seed &&
        !(/^\d+$/.test(seed) && Number(seed) <= MOST_SEED) && {
          seed: `Must be a whole number from 0 to ${MOST_SEED}.`,
        }),
    };
    setProblems(found);
    setAsking(Object.keys(found).length === 0);
  };
  const start = () => {
    setAsking(false);
    if (!scenario) return;
    act(
      startDrill({
        scenario: scenario.name,
        ...(zone && { zone }),
        ...(rate && { rate: Number(rate) }),
        ...(seed && { seed: Number(seed) }),
      }),
    );
  };
  return (
    <section className="panel" aria-label="Start a drill">
      <header>
        <h2>Start a drill</h2>
      </header>
      {scenario ? (
        <form className="body stack" onSubmit={submit} noValidate>
          <Select
            label="Scenario"
            options={scenarios.map((one) => [one.name, one.name] as const)}
            value={scenario.name}
            onChange={({ target }) => setName(target.value)}
          />
          <p className="small muted">{scenario.description}</p>
          <Select
            label="Zone"
            options={[
              ["", "As the scenario says"] as const,
              ...zones.map((one) => [one.zone, one.zone] as const),
            ]}
            value={zone}
            onChange={({ target }) => setZone(target.value)}
          />
          <Field
            label="Requests a second, a fifth of them orders"
            inputMode="numeric"
            placeholder="as the scenario says"
            value={rate}
            problem={problems.rate}
            onChange={({ target }) => setRate(target.value.trim())}
          />
          <Field
            label="Seed, to repeat a drill"
            inputMode="numeric"
            placeholder="a new one"
            value={seed}
            problem={problems.seed}
            onChange={({ target }) => setSeed(target.value.trim())}
          />
          <button type="submit" className="button primary wide" disabled={busy}>
            {busy ? "A drill is running" : "Start…"}
          </button>
        </form>
      ) : (
        <Empty title="There are no scenarios here" />
      )}
      <Confirm
        open={asking}
        title={`Run the drill ${scenario?.name ?? ""}?`}
        action="Run it"
        kind="danger"
        onClose={() => setAsking(false)}
        onConfirm={start}
      >
        <p className="small">{scenario?.description}</p>
        <p className="small">
          Zone: <strong>{zone || "as the scenario says"}</strong>. Load:{" "}
          <strong>{rate ? `${rate} requests a second` : "as the scenario says"}</strong>.
        </p>
        <p className="small">
          It loads and breaks this platform for real, for some minutes, for everybody who uses it. Your name
          is kept with it in the decisions.
        </p>
      </Confirm>
    </section>
  );
}
