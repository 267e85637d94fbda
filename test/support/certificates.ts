import type { webcrypto } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Loaded when it is needed: it must find `reflect-metadata`, and its import can't be awaited by mocha's `require`. */
async function x509() {
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY_MS = 86_400_000;

/** A certificate authority of a test's own, and folders as cert-manager's CSI driver fills them. */
export class TestAuthority {
  /** PEM file of its root, for NODE_EXTRA_CA_CERTS. */
  readonly rootFile: string;
  readonly root: string;
  readonly #folder: string;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(folder: string, keys: webcrypto.CryptoKeyPair, root: string) {
    this.#folder = folder;
    this.#keys = keys;
    this.root = root;
    this.rootFile = join(folder, "ca.crt");
  }

  static async create(): Promise<TestAuthority> {
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const { BasicConstraintsExtension, X509CertificateGenerator } = await x509();
    const root = await X509CertificateGenerator.createSelfSigned({
      name: "CN=Test root",
      ...validity(),
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [new BasicConstraintsExtension(true, undefined, true)],
    });
    const folder = await mkdtemp(join(tmpdir(), "trizone-tls-"));
    const authority = new TestAuthority(folder, keys, root.toString("pem"));
    await writeFile(authority.rootFile, authority.root);
    return authority;
  }

  /** Writes a new certificate for these DNS names or addresses, and its key; answers the folder. */
  async issue(names: string[], folder?: string): Promise<string> {
    const path = folder ?? (await mkdtemp(join(this.#folder, "pod-")));
    const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
    const { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } = await x509();
    const certificate = await X509CertificateGenerator.create({
      subject: "CN=pod",
      issuer: "CN=Test root",
      ...validity(),
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new SubjectAlternativeNameExtension(
          names.map((value) => ({ type: /^[\d.]+$/.test(value) ? "ip" : "dns", value })),
        ),
      ],
    });
    const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
    await writeFile(join(path, "tls.key"), PemConverter.encode(key, "PRIVATE KEY"), { mode: 0o600 });
    await writeFile(join(path, "tls.crt"), certificate.toString("pem"));
    return path;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}

function validity() {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
}
