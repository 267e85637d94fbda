/** The laptop's Cognito: an OpenID provider with demo users for each user pool that the graph declares. */
export { startUserPools } from "./issuer.ts";
