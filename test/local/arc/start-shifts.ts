import { ZonalShifts } from "../../../local/arc/store.ts";
import { balancer, resources } from "./fixture.ts";

/** Starts and cancels shifts without end, telling its parent the id of each that was answered. */
const shifts = await ZonalShifts.open({ resources, file: process.argv[2] ?? "" });
for (;;) {
  const { id } = await shifts.start({
    resource: balancer,
    awayFrom: "apse2-az1",
    expiresIn: "5m",
    comment: "",
  });
  process.send?.(id);
  await shifts.cancel(id);
}
