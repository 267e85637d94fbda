/** A client of ARC's zonal shift API, in the shapes of `@aws-sdk/client-arc-zonal-shift`, which can take its place. */
export { ARCZonalShiftClient, type ARCZonalShiftClientConfig } from "./client.ts";
export {
  CancelPracticeRunCommand,
  CancelZonalShiftCommand,
  CreatePracticeRunConfigurationCommand,
  DeletePracticeRunConfigurationCommand,
  GetAutoshiftObserverNotificationStatusCommand,
  GetManagedResourceCommand,
  ListAutoshiftsCommand,
  ListManagedResourcesCommand,
  ListZonalShiftsCommand,
  StartPracticeRunCommand,
  StartZonalShiftCommand,
  UpdateAutoshiftObserverNotificationStatusCommand,
  UpdatePracticeRunConfigurationCommand,
  UpdateZonalAutoshiftConfigurationCommand,
  UpdateZonalShiftCommand,
} from "./commands.ts";
export {
  AccessDeniedException,
  ARCZonalShiftServiceException,
  ConflictException,
  InternalServerException,
  NoAnswerError,
  ResourceNotFoundException,
  ThrottlingException,
  ValidationException,
} from "./errors.ts";
export type * from "./shapes.ts";
export { credentialsFor } from "./sign.ts";
