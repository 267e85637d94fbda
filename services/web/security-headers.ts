/**
 * Headers of every file of the page. The page runs only its own scripts and talks only to its own origin and to
 * where one signs in.
 */
export function securityHeaders(signInUrls: string[]): Record<string, string> {
  const signIn = [...new Set(signInUrls.map((url) => new URL(url).origin))].join(" ");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ${signIn}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    // Browsers ignore this over plain HTTP, as on a laptop.
    "strict-transport-security": "max-age=31536000; includeSubDomains",
  };
}
