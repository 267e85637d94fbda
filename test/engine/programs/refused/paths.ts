export { size } from "@parts/sizes";
