import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSecureContext, type SecureVersion } from "node:tls";

/** A pod's certificate as Node's TLS takes it. */
export interface Certificate {
  cert: Buffer;
  key: Buffer;
  minVersion: SecureVersion;
}

/** How often the files are compared with what is in use; they are renewed hours before they expire. */
const LOOK_MS = 60_000;

/**
 * Reads `tls.crt` and `tls.key` of a folder. Balancers speak TLS 1.2 to targets where their own listener is plain HTTP,
 * so that is the least.
 * @throws Error when a file is missing, or the two aren't a pair
 */
export function readCertificate(folder: string): Certificate {
  const [cert, key] = [readFileSync(join(folder, "tls.crt")), readFileSync(join(folder, "tls.key"))];
  const certificate = { cert, key, minVersion: "TLSv1.2" } as const;
  createSecureContext(certificate);
  return certificate;
}

/**
 * Looks each minute whether the folder's certificate was renewed. While a renewed one can't be used the old one stays.
 * @param used the certificate that the folder had
 * @returns a function that ends it
 */
export function keepCertificate(
  folder: string,
  used: Certificate,
  { onRenewal, onError }: { onRenewal: (renewed: Certificate) => void; onError: (error: unknown) => void },
  lookMs = LOOK_MS,
): () => void {
  let last = used;
  const timer = setInterval(() => {
    try {
      const found = readCertificate(folder);
      if (found.cert.equals(last.cert)) return;
      last = found;
      onRenewal(found);
    } catch (error) {
      onError(error);
    }
  }, lookMs).unref();
  return () => clearInterval(timer);
}
