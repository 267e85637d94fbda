import * as pulumi from "@pulumi/pulumi";

const stack: number = pulumi.getStack();
export { stack };
