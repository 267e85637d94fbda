/** A client of ARC's zonal shift API, in the shapes of `@aws-sdk/client-arc-zonal-shift`, which can take its place. */
export { ARCZonalShiftClient, type ARCZonalShiftClientConfig } from "./client.ts";
export {
  CancelZonalShiftCommand,
  ListZonalShiftsCommand,
  StartZonalShiftCommand,
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
