import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";

const Lease = z.looseObject({
  metadata: z.looseObject({ name: z.string().min(1), resourceVersion: z.string().optional() }),
  spec: z.looseObject({}),
});

type Lease = z.infer<typeof Lease>;

/**
 * Leases as Kubernetes' API has them (coordination.k8s.io/v1): to read, to create, and to replace by who knows the
 * version that is replaced. They end with the supervisor, as the pods do. Leaves out: lists, watches, patches, deletion.
 */
export function leases(): Hono {
  const kept = new Map<string, Lease>();
  const app = new Hono().basePath("/apis/coordination.k8s.io/v1/namespaces/:namespace/leases");
  const keyOf = (namespace: string, name: string) => `${namespace}/${name}`;
  const keep = (key: string, lease: Lease) => {
    const versioned = { ...lease, metadata: { ...lease.metadata, resourceVersion: randomUUID() } };
    kept.set(key, versioned);
    return versioned;
  };

  app.get("/:name", (c) => {
    const lease = kept.get(keyOf(c.req.param("namespace") ?? "", c.req.param("name")));
    return lease ? c.json(lease) : c.json({ detail: "there is no such lease" }, 404);
  });
  app.post("/", async (c) => {
    const lease = Lease.parse(await c.req.json());
    const key = keyOf(c.req.param("namespace") ?? "", lease.metadata.name);
    if (kept.has(key)) return c.json({ detail: "the lease exists already" }, 409);
    return c.json(keep(key, lease), 201);
  });
  app.put("/:name", async (c) => {
    const lease = Lease.parse(await c.req.json());
    const key = keyOf(c.req.param("namespace") ?? "", c.req.param("name"));
    const known = kept.get(key);
    if (!known) return c.json({ detail: "there is no such lease" }, 404);
    if (known.metadata.resourceVersion !== lease.metadata.resourceVersion)
      return c.json({ detail: "the lease has changed since it was read" }, 409);
    return c.json(keep(key, lease));
  });
  return app;
}
