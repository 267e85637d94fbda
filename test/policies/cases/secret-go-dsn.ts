// refuse secrets-as-files | a connection string of a MySQL driver
import * as k8s from "@pulumi/kubernetes";

new k8s.core.v1.Pod("sync", {
  spec: {
    containers: [{ name: "sync", env: [{ name: "ORDERS", value: "sync:horse@tcp(orders:3306)/orders" }] }],
  },
});
