/** What the page learns from the server that it came from. */
export interface Config {
  /** OpenID issuer. */
  issuer: string;
  /** OAuth client of the page. */
  clientId: string;
}

const TIMEOUT_MS = 10_000;

/** Asks for the settings, again with growing pauses for as long as there is no answer. */
export async function loadConfig(): Promise<Config> {
  for (let failures = 0; ; failures += 1) {
    try {
      const response = await fetch("/config.json", { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (response.ok) return (await response.json()) as Config;
    } catch (error) {
      if (failures === 0) console.warn("config.json could not be read; trying again", error);
    }
    const pause = Math.random() * Math.min(10_000, 500 * 2 ** failures);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
