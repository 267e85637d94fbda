import { type Change, interruptPractice, resourceOf, wholeSecond } from "./customer-shifts.ts";
import { conflict, invalid } from "./errors.ts";
import { type Autoshift, activeAutoshift, type Kept, settingsOf, withSettings } from "./kept.ts";

type Switch = Kept["observer"];

/**
 * Lets AWS shift a resource, or no longer: an autoshift that is active then ends for it. To enable it takes a practice
 * run configuration.
 */
export function setAutoshift(arn: string, autoshift: Switch): Change<Switch> {
  return (situation) => {
    const { kept, now } = situation;
    const resource = resourceOf(situation, arn);
    const settings = settingsOf(kept, arn);
    if (autoshift === "ENABLED" && !settings.practice)
      throw conflict(
        "PracticeConfigurationDoesNotExist",
        `zonal autoshift of ${arn} needs a practice run configuration; make one with CreatePracticeRunConfiguration`,
      );
    const set = withSettings(kept, arn, { ...settings, autoshift });
    if (!activeAutoshift(set, resource)) return [autoshift, set];
    return [autoshift, interruptPractice(set, now, (shift) => shift.resource === arn)];
  };
}

/** What AWS does when it finds a zone impaired: practice runs of the resources that take part are interrupted. */
export function startAutoshift(awayFrom: string): Change<Autoshift> {
  return ({ kept, now, resources }) => {
    if (![...resources.values()].some(({ zones }) => zones.some(({ id }) => id === awayFrom)))
      throw invalid(`no resource is in the zone ${JSON.stringify(awayFrom)}`, "InvalidAz");
    const other = kept.autoshifts.find(({ endTime }) => endTime === undefined);
    if (other) throw conflict("ZonalAutoshiftActive", `an autoshift away from ${other.awayFrom} is active`);
    const autoshift = { awayFrom, startTime: wholeSecond(now) };
    const takesPart = ({ resource }: { resource: string }) =>
      settingsOf(kept, resource).autoshift === "ENABLED";
    return [
      autoshift,
      { ...interruptPractice(kept, now, takesPart), autoshifts: [...kept.autoshifts, autoshift] },
    ];
  };
}

/** Ends the autoshift that is active. */
export function endAutoshift(): Change<Autoshift> {
  return ({ kept, now }) => {
    const active = kept.autoshifts.find(({ endTime }) => endTime === undefined);
    if (!active) throw conflict("ZonalShiftStatusNotActive", "no autoshift is active");
    const ended = { ...active, endTime: wholeSecond(now) };
    return [ended, { ...kept, autoshifts: kept.autoshifts.map((one) => (one === active ? ended : one)) }];
  };
}

/** Whether observers are to be notified of autoshifts. */
export function setObserver(observer: Switch): Change<Switch> {
  return ({ kept }) => [observer, { ...kept, observer }];
}
