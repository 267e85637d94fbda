const unsupported = "oidc-provider WARNING: Unsupported runtime";

/**
 * Loads the issuer without the warning that its library prints on a Node older than its authors try it on: what is
 * used of it here is tested on every Node that this project supports.
 */
export async function loadIssuer(): Promise<typeof import("./issuer.ts")> {
  const { warn } = console;
  console.warn = (...args: unknown[]) => {
    if (!String(args[0]).includes(unsupported)) warn(...args);
  };
  try {
    return await import("./issuer.ts");
  } finally {
    console.warn = warn;
  }
}
