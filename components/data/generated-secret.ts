import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export interface GeneratedSecretArgs {
  region: string;
  /** The account that the password is of. */
  username: string;
  /** KMS key of the secret. */
  keyArn: pulumi.Input<string>;
  /** Lets it be brought back for 30 days after its deletion. @default false: it is gone at once */
  protect?: boolean;
  tags?: Record<string, string>;
}

/** Characters; ElastiCache takes 16 to 128. */
const LENGTH = 64;

/**
 * A random password, made once and kept by Secrets Manager, where the `Rotation` replaces it by others that the stack
 * never sees. The stack's state holds the first one, encrypted as a secret. Costs 0.40 USD a month.
 *
 * @example new GeneratedSecret("cache-token", { region, username: "default", keyArn: keys.data }, { provider })
 */
export class GeneratedSecret extends pulumi.ComponentResource {
  /** ARN of the secret with the keys `username` and `password`, which is known once they are there. */
  readonly arn: pulumi.Output<string>;
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: GeneratedSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("trizone:aws:GeneratedSecret", name, {}, opts);
    const { region, username, keyArn, protect, tags } = args;
    const secret = new aws.secretsmanager.Secret(
      `${name}-secret`,
      { region, kmsKeyId: keyArn, recoveryWindowInDays: protect ? 30 : 0, tags },
      { parent: this },
    );
    const { randomPassword } = aws.secretsmanager.getRandomPasswordOutput(
      { region, passwordLength: LENGTH, excludePunctuation: true },
      { parent: this },
    );
    const version = new aws.secretsmanager.SecretVersion(
      `${name}-version`,
      {
        region,
        secretId: secret.id,
        secretString: pulumi.secret(
          randomPassword.apply((password) => JSON.stringify({ username, password })),
        ),
      },
      // Every run of the program is given another password; the first one is kept.
      { parent: this, ignoreChanges: ["secretString"] },
    );
    this.arn = version.arn;
    this.password = version.secretString.apply((text) => passwordIn(text, name));
    this.registerOutputs();
  }
}

function passwordIn(text: string | undefined, name: string): string {
  const { password } = JSON.parse(text ?? "{}") as { password?: string };
  if (password) return password;
  throw new Error(
    `secret ${name} has no key "password"; put one there, or delete the secret to have it made anew`,
  );
}
