/** The laptop's Amazon Application Recovery Controller: the zonal shifts of a graph's resources, and the API to them. */
export { arcApp } from "./app.ts";
export { endAutoshift, startAutoshift } from "./autoshifts.ts";
export { declaredAutoshift } from "./declared.ts";
export type { Weights } from "./kept.ts";
export { managedResources } from "./managed-resources.ts";
export { ZonalShifts } from "./store.ts";
