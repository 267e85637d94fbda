import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { parseDecimal } from "../../../../market/money.ts";
import { carryOut } from "../api/intents.ts";
import { announce } from "../ui/announce.tsx";
import { Field } from "../ui/controls.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { dollars } from "../ui/format.ts";
import { Notice, Refused } from "../ui/states.tsx";

const AMOUNTS = ["1000", "10000", "100000"];

/** Pays in simulated money. */
export function Deposit({ quiet = false }: { quiet?: boolean }) {
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [amount, setAmount] = useState("10000");
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const sending = useRef(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (sending.current) return;
    if ((parseDecimal(amount, 2) ?? 0n) <= 0n) {
      setProblem('Must be an amount in dollars such as "250.00", more than 0.');
      return;
    }
    sending.current = true;
    setBusy(true);
    setError(undefined);
    const words = `Deposit of ${dollars(amount)}`;
    try {
      const body = { kind: "deposit", currency: "AUD", amount };
      await carryOut({ path: "/api/transactions", body, words });
      announce(`${words}: booked`);
      setOpen(false);
    } catch (reason) {
      setError(reason);
    } finally {
      sending.current = false;
      setBusy(false);
      void client.invalidateQueries({ queryKey: ["accounts"] });
      void client.invalidateQueries({ queryKey: ["statement"] });
    }
  };

  return (
    <>
      <button
        type="button"
        className={quiet ? "button quiet" : "button primary"}
        onClick={() => setOpen(true)}
      >
        Deposit
      </button>
      <Dialog open={open} title="Deposit simulated money" onClose={() => setOpen(false)}>
        <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
          <Field
            label="Amount (A$)"
            className="number"
            inputMode="decimal"
            autoComplete="off"
            value={amount}
            onChange={({ target }) => {
              setAmount(target.value.trim());
              setProblem(undefined);
            }}
            problem={problem}
          />
          <div className="row">
            {AMOUNTS.map((one) => (
              <button key={one} type="button" className="button" onClick={() => setAmount(one)}>
                {dollars(one)}
              </button>
            ))}
          </div>
          {error !== undefined && (
            <Notice kind="bad">
              <Refused error={error} />
            </Notice>
          )}
          <footer>
            <button type="button" className="button" onClick={() => setOpen(false)}>
              Go back
            </button>
            <button type="submit" className="button primary" disabled={busy}>
              {busy ? "Sending…" : "Pay in"}
            </button>
          </footer>
        </form>
      </Dialog>
    </>
  );
}
