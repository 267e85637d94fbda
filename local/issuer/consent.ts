import { type Configuration, interactionPolicy } from "oidc-provider";

/** Access tokens are JWTs only for a resource, so every request is for this one. */
export const resource = "urn:trizone:api";

/** Nobody is asked whether the platform's own app may know who they are: not even because it is on loopback. */
export function firstPartyPolicy(): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  policy.get("consent")?.checks.remove("native_client_prompt");
  return policy;
}

/** Grants what is asked for, as a user pool does for its own app clients. */
export function grantEverything(scope: string): NonNullable<Configuration["loadExistingGrant"]> {
  return async (ctx) => {
    const { client, session, provider } = ctx.oidc;
    if (!client || !session?.accountId) return undefined;
    const kept = session.grantIdFor(client.clientId);
    const known = kept ? await provider.Grant.find(kept) : undefined;
    if (known) return known;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(scope);
    grant.addResourceScope(resource, scope);
    await grant.save();
    return grant;
  };
}
