import type { ReactNode } from "react";
import { dollars } from "../ui/format.ts";
import { Change, Money } from "../ui/numbers.tsx";
import { Empty, Loaded } from "../ui/states.tsx";
import { useAccounts, usePortfolio } from "./account-queries.ts";
import { Deposit } from "./Deposit.tsx";
import { HoldingsTable } from "./Holdings.tsx";
import { Statement } from "./Statement.tsx";

/** What the user has: shares, cash, and how it came about. */
export default function PortfolioPage() {
  const accounts = useAccounts();
  const { data: portfolio } = usePortfolio();
  const cash = accounts.data?.find(({ currency }) => currency === "AUD");
  return (
    <div className="page">
      <div className="row spread">
        <h1>Portfolio</h1>
        <Deposit />
      </div>
      <Loaded query={accounts} what="your cash" rows={2}>
        {() => (
          <dl className="figures">
            <Figure name="Cash" value={cash ? dollars(cash.balance) : "A$0.00"} />
            <Figure name="Reserved for open orders" value={cash ? dollars(cash.reserved) : "A$0.00"} />
            <Figure name="Available" value={cash ? dollars(cash.available) : "A$0.00"} />
            <Figure
              name="Shares, at the price of now"
              value={<Money value={portfolio?.total.marketValue} />}
            />
            <Figure name="Unrealised profit" value={<Change value={portfolio?.total.unrealised} />} />
            <Figure name="Realised profit" value={<Change value={portfolio?.total.realised} />} />
          </dl>
        )}
      </Loaded>
      <section className="panel" aria-label="Your holdings">
        <header>
          <h2>Holdings</h2>
        </header>
        <HoldingsTable />
      </section>
      {accounts.data?.map((account) => (
        <Statement key={account.id} account={account} />
      ))}
      {accounts.data?.length === 0 && (
        <section className="panel">
          <Empty title="You have no cash account yet">
            <p>Your first deposit opens it.</p>
          </Empty>
        </section>
      )}
    </div>
  );
}

function Figure({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div className="figure panel">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
