/**
 * `URL.parse` (WHATWG URL Standard, "static parse(url, base)"), which the provider calls and early releases of Node 20
 * lack. To be imported before `oidc-provider`.
 */
const statics = URL as unknown as { parse?: (url: string, base?: string) => URL | null };

statics.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null);
