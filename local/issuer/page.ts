const style =
  "body{font:16px/1.5 system-ui,sans-serif;margin:4rem auto;max-width:22rem;padding:0 1rem;color-scheme:light dark}" +
  "label,input,button{display:block;width:100%;box-sizing:border-box;font:inherit}" +
  "input{margin:.25rem 0 1rem;padding:.5rem}button{padding:.6rem}[role=alert]{font-weight:bold}";

/** A whole HTML page without any asset; `body` is HTML, the title is escaped. */
export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

/** The login form; it posts `username` and `password` to where it came from. */
export function loginPage(options: { problem?: string; username?: string; usernames: string[] }): string {
  const { problem, username = "", usernames } = options;
  return page(
    "Sign in",
    `${problem ? `<p role="alert">${escapeHtml(problem)}</p>` : ""}<form method="post">
<label>User name <input name="username" value="${escapeHtml(username)}" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button>Sign in</button></form><p>Demo users: ${usernames.map(escapeHtml).join(", ")}</p>`,
  );
}

export function problemPage(title: string, lines: string[]): string {
  return page(title, lines.map((line) => `<p>${escapeHtml(line)}</p>`).join(""));
}

/** Headers of every page: nothing loads, nothing embeds it, and its form leads only to itself and on to the app. */
export function pageHeaders(formTargets: string[] = []): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'; " +
      `form-action ${["'self'", ...formTargets].join(" ")}`,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
