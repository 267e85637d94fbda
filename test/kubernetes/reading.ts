/** An object that keeps note of which of its fields, at any depth, were read; `unread` names the others by path. */
export function reading<T extends object>(object: T): { data: T; unread(): string[] } {
  const read = new Map<object, Set<PropertyKey>>();
  const proxies = new WeakMap<object, object>();
  const watched = (target: object): object => {
    const known = proxies.get(target);
    if (known) return known;
    const seen = new Set<PropertyKey>();
    read.set(target, seen);
    const proxy = new Proxy(target, {
      get(from, key, receiver) {
        seen.add(key);
        const value = Reflect.get(from, key, receiver);
        return typeof value === "object" && value !== null ? watched(value) : value;
      },
    });
    proxies.set(target, proxy);
    return proxy;
  };
  const unread = (target: object, path: string): string[] =>
    Object.entries(target).flatMap(([key, value]) => {
      const here = Array.isArray(target) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
      if (!read.get(target)?.has(key)) return [here];
      return typeof value === "object" && value !== null ? unread(value, here) : [];
    });
  return { data: watched(object) as T, unread: () => unread(object, "") };
}
