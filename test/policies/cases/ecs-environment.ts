// refuse secrets-as-files | a key in a sidecar of a task of ECS
import * as aws from "@pulumi/aws";

new aws.ecs.TaskDefinition("web", {
  family: "web",
  containerDefinitions: JSON.stringify([
    { name: "web", image: "web:1" },
    { name: "agent", image: "agent:7", environment: [{ name: "AGENT_API_KEY", value: "horse-battery" }] },
  ]),
});
