import { z } from "zod";

/** An end of a connection: the pods of a name in the namespace, those of another namespace, or addresses. */
export const Party = z.union([
  z.object({ pods: z.string() }),
  z.object({ namespace: z.string() }),
  z.object({ cidrs: z.array(z.string()), except: z.array(z.string()).optional() }),
]);

export type Party = z.infer<typeof Party>;

/** Who may connect to whom, on which TCP ports of the one that is connected to. */
export const Arrow = z.object({ from: Party, to: Party, ports: z.array(z.int()) });

export type Arrow = z.infer<typeof Arrow>;

/** The pods of a service. */
export const pods = (name: string): Party => ({ pods: name });

export const ANYWHERE = "0.0.0.0/0";
