/** Databases, caches, buckets and volumes are private, and encrypted at rest. */
import { bucketsGuarded } from "./buckets-guarded.ts";
import { encryptedAtRest } from "./encrypted-at-rest.ts";
import { noPublicBucket, noPublicDatabase } from "./no-public-data.ts";

export const data = [noPublicDatabase, noPublicBucket, bucketsGuarded, encryptedAtRest];
