import * as pulumi from "@pulumi/pulumi";
import { Kind } from "./kind";

const stack: string = pulumi.getStack();
export const result = `${stack} ${Kind.A}`;
