import * as aws from "@pulumi/aws";
import { ModelBucket } from "../../../../components/data/index.ts";
import { Workload } from "../../../../components/workload/index.ts";

const region = "ap-southeast-2";

new ModelBucket(
  "models",
  {
    region,
    transform: {
      bucket: { forceDestroy: true },
      versioning: (_, options) => {
        options.protect = true;
      },
    },
  },
  { provider: new aws.Provider("aws", { region }) },
);

new Workload("api", {
  namespace: "default",
  image: "api:1",
  env: {},
  transform: {
    service: (args) => {
      args.metadata = { ...args.metadata, annotations: { changed: "yes" } };
    },
  },
});
