import { z } from "zod";

/** Environment variables of a service that uses the database. */
export const DatabaseEnvironment = z.object({
  /** `postgresql://HOST:PORT/NAME?sslmode=…`, without a user. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Folder with the files `username` and `password`, whose contents may be rotated at any time. */
  DATABASE_CREDENTIALS: z.string().min(1),
  /** Connections of this pod at most; all pods' together must stay below the database's max_connections. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).default(10),
});

export type DatabaseEnvironment = z.infer<typeof DatabaseEnvironment>;
