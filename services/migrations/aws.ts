import {
  ElastiCacheClient,
  ModifyReplicationGroupCommand,
  waitUntilReplicationGroupAvailable,
} from "@aws-sdk/client-elasticache";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { loginIn, type Secrets, type TokenHolder } from "./rotate.ts";

const LIMITS = { maxAttempts: 3, requestHandler: { connectionTimeout: 2000, requestTimeout: 10_000 } };

/** Secrets Manager, by ARN. Needs `secretsmanager:GetSecretValue` and `PutSecretValue`, and the use of their key. */
export function secretsManager(region: string): Secrets {
  const client = new SecretsManagerClient({ region, ...LIMITS });
  return {
    async read(id) {
      const { SecretString, CreatedDate } = await client.send(new GetSecretValueCommand({ SecretId: id }));
      return { ...loginIn(SecretString, id), since: CreatedDate };
    },
    async write(id, login) {
      await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: JSON.stringify(login) }));
    },
  };
}

/** Seconds that ElastiCache may take to let all nodes know a token. */
const TOKEN_SECONDS = 900;

/**
 * ElastiCache, where a replication group takes its two most recent tokens. Needs `elasticache:ModifyReplicationGroup`
 * and `DescribeReplicationGroups`.
 */
export function elastiCache(region: string, group: string, secret: string): TokenHolder {
  const client = new ElastiCacheClient({ region, ...LIMITS });
  return {
    secret,
    async accept(token) {
      const change = { AuthToken: token, AuthTokenUpdateStrategy: "ROTATE" as const, ApplyImmediately: true };
      await client.send(new ModifyReplicationGroupCommand({ ReplicationGroupId: group, ...change }));
      const waiting = { client, minDelay: 10, maxDelay: 30, maxWaitTime: TOKEN_SECONDS };
      await waitUntilReplicationGroupAvailable(waiting, { ReplicationGroupId: group });
    },
  };
}
