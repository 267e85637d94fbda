import type {
  CancelPracticeRunInput,
  CancelZonalShiftInput,
  CreatePracticeRunConfigurationInput,
  DeletePracticeRunConfigurationInput,
  DeletePracticeRunConfigurationOutput,
  GetManagedResourceInput,
  GetManagedResourceOutput,
  ListAutoshiftsInput,
  ListAutoshiftsOutput,
  ListManagedResourcesInput,
  ListManagedResourcesOutput,
  ListZonalShiftsInput,
  ListZonalShiftsOutput,
  ObserverNotificationStatus,
  PracticeRunConfigurationOutput,
  StartPracticeRunInput,
  StartZonalShiftInput,
  UpdatePracticeRunConfigurationInput,
  UpdateZonalAutoshiftConfigurationInput,
  UpdateZonalShiftInput,
  ZonalShift,
} from "./shapes.ts";

/** How an operation goes over the wire; undefined query values are left out. */
export interface Operation {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: unknown;
}

/** An operation with its input, for `ARCZonalShiftClient.send`. */
export abstract class ZonalShiftCommand<Input, Output> {
  readonly input: Input;
  /** Carries the type of the answer; never set. */
  declare readonly output: Output;

  constructor(input: Input) {
    this.input = input;
  }

  abstract operation(): Operation;
}

export class StartZonalShiftCommand extends ZonalShiftCommand<StartZonalShiftInput, ZonalShift> {
  override operation(): Operation {
    return { method: "POST", path: "/zonalshifts", body: this.input };
  }
}

export class UpdateZonalShiftCommand extends ZonalShiftCommand<UpdateZonalShiftInput, ZonalShift> {
  override operation(): Operation {
    const { zonalShiftId, ...body } = this.input;
    return { method: "PATCH", path: `/zonalshifts/${label(zonalShiftId)}`, body };
  }
}

export class CancelZonalShiftCommand extends ZonalShiftCommand<CancelZonalShiftInput, ZonalShift> {
  override operation(): Operation {
    return { method: "DELETE", path: `/zonalshifts/${label(this.input.zonalShiftId)}` };
  }
}

export class ListZonalShiftsCommand extends ZonalShiftCommand<ListZonalShiftsInput, ListZonalShiftsOutput> {
  override operation(): Operation {
    return { method: "GET", path: "/zonalshifts", query: { ...this.input } };
  }
}

export class GetManagedResourceCommand extends ZonalShiftCommand<
  GetManagedResourceInput,
  GetManagedResourceOutput
> {
  override operation(): Operation {
    return { method: "GET", path: `/managedresources/${label(this.input.resourceIdentifier)}` };
  }
}

export class ListManagedResourcesCommand extends ZonalShiftCommand<
  ListManagedResourcesInput,
  ListManagedResourcesOutput
> {
  override operation(): Operation {
    return { method: "GET", path: "/managedresources", query: { ...this.input } };
  }
}

export class UpdateZonalAutoshiftConfigurationCommand extends ZonalShiftCommand<
  UpdateZonalAutoshiftConfigurationInput,
  UpdateZonalAutoshiftConfigurationInput
> {
  override operation(): Operation {
    const { resourceIdentifier, ...body } = this.input;
    return { method: "PUT", path: `/managedresources/${label(resourceIdentifier)}`, body };
  }
}

export class ListAutoshiftsCommand extends ZonalShiftCommand<ListAutoshiftsInput, ListAutoshiftsOutput> {
  override operation(): Operation {
    return { method: "GET", path: "/autoshifts", query: { ...this.input } };
  }
}

export class CreatePracticeRunConfigurationCommand extends ZonalShiftCommand<
  CreatePracticeRunConfigurationInput,
  PracticeRunConfigurationOutput
> {
  override operation(): Operation {
    return { method: "POST", path: "/configuration", body: this.input };
  }
}

export class UpdatePracticeRunConfigurationCommand extends ZonalShiftCommand<
  UpdatePracticeRunConfigurationInput,
  PracticeRunConfigurationOutput
> {
  override operation(): Operation {
    const { resourceIdentifier, ...body } = this.input;
    return { method: "PATCH", path: `/configuration/${label(resourceIdentifier)}`, body };
  }
}

export class DeletePracticeRunConfigurationCommand extends ZonalShiftCommand<
  DeletePracticeRunConfigurationInput,
  DeletePracticeRunConfigurationOutput
> {
  override operation(): Operation {
    return { method: "DELETE", path: `/configuration/${label(this.input.resourceIdentifier)}` };
  }
}

export class StartPracticeRunCommand extends ZonalShiftCommand<StartPracticeRunInput, ZonalShift> {
  override operation(): Operation {
    return { method: "POST", path: "/practiceruns", body: this.input };
  }
}

export class CancelPracticeRunCommand extends ZonalShiftCommand<CancelPracticeRunInput, ZonalShift> {
  override operation(): Operation {
    return { method: "DELETE", path: `/practiceruns/${label(this.input.zonalShiftId)}` };
  }
}

export class GetAutoshiftObserverNotificationStatusCommand extends ZonalShiftCommand<
  Record<string, never>,
  ObserverNotificationStatus
> {
  override operation(): Operation {
    return { method: "GET", path: "/autoshift-observer-notification" };
  }
}

export class UpdateAutoshiftObserverNotificationStatusCommand extends ZonalShiftCommand<
  ObserverNotificationStatus,
  ObserverNotificationStatus
> {
  override operation(): Operation {
    return { method: "PUT", path: "/autoshift-observer-notification", body: this.input };
  }
}

/** A path segment: everything but unreserved characters percent-encoded, which an ARN's colons and slashes must be. */
function label(value: string): string {
  if (value === "") throw new TypeError("an identifier in a path must not be empty");
  return escapeUri(value);
}

/** Percent-encodes all but RFC 3986's unreserved characters, as Signature Version 4 asks for. */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
