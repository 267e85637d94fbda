// accept secrets-as-files | names, variables and files of secrets that are kept elsewhere
import * as k8s from "@pulumi/kubernetes";

new k8s.core.v1.Pod("sync", {
  spec: {
    containers: [
      {
        name: "sync",
        env: [
          { name: "ORDERS_SECRET", value: "prod/orders/login" },
          { name: "ORDERS_CREDENTIALS", value: "orders-credentials" },
          { name: "ORDERS_PASSWORD_FILE", value: "/run/orders/password" },
          { name: "ORDERS_URL", value: "mysql://sync:$(ORDERS_PASSWORD)@orders:3306/orders" },
          { name: "KMS_KEY", value: "alias/orders" },
          { name: "SESSION_TOKEN", value: "30m" },
        ],
        args: ["--token-file", "/run/token", "--password", "$(ORDERS_PASSWORD)"],
      },
    ],
  },
});
