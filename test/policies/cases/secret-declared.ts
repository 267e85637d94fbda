// refuse secrets-as-files | the program says that it is a secret, and its name doesn't
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

new k8s.core.v1.ConfigMap("settings", { data: { upstream: pulumi.secret("horse-battery") } });
