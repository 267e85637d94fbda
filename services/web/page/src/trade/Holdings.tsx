import { Link } from "wouter";
import { grouped } from "../ui/format.ts";
import { Change, Money, Price } from "../ui/numbers.tsx";
import { ScrollRegion } from "../ui/ScrollRegion.tsx";
import { Empty, Loaded } from "../ui/states.tsx";
import { usePortfolio } from "./account-queries.ts";

/** What the user holds: cost, value, profit and loss. */
export function HoldingsTable() {
  const portfolio = usePortfolio();
  return (
    <Loaded query={portfolio} what="your holdings">
      {({ items, total }) => {
        if (items.length === 0)
          return (
            <Empty title="You hold no shares">
              <p>They appear here with their cost and profit once a buy order is filled.</p>
            </Empty>
          );
        return (
          <ScrollRegion label="Holdings">
            <table>
              <thead>
                <tr>
                  {[
                    "Share",
                    "Quantity",
                    "Reserved",
                    "Average cost",
                    "Price",
                    "Value",
                    "Unrealised",
                    "Realised",
                  ].map((name, i) => (
                    <th key={name} scope="col" className={i > 0 ? "number" : undefined}>
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {items.map((item) => (
                  <tr key={item.symbol}>
                    <th scope="row">
                      <Link href={`/trade/${item.symbol}`}>{item.symbol}</Link>
                    </th>
                    <td className="number">{grouped(String(item.quantity))}</td>
                    <td className="number">{grouped(String(item.reserved))}</td>
                    <td className="number">{item.averageCost ? grouped(item.averageCost) : "–"}</td>
                    <td className="number">
                      <Price value={item.price} />
                    </td>
                    <td className="number">
                      <Money value={item.marketValue} />
                    </td>
                    <td className="number">
                      <Change value={item.unrealised} />
                    </td>
                    <td className="number">
                      <Change value={item.realised} />
                    </td>
                  </tr>
                ))}
              </tbody>
              <tfoot>
                <tr>
                  <th scope="row" colSpan={5}>
                    Total
                  </th>
                  <td className="number">
                    <Money value={total.marketValue} />
                  </td>
                  <td className="number">
                    <Change value={total.unrealised} />
                  </td>
                  <td className="number">
                    <Change value={total.realised} />
                  </td>
                </tr>
              </tfoot>
            </table>
          </ScrollRegion>
        );
      }}
    </Loaded>
  );
}
