// refuse pods-no-host-access | a task of ECS in its instance's network
import * as aws from "@pulumi/aws";

new aws.ecs.TaskDefinition("web", {
  family: "web",
  networkMode: "host",
  containerDefinitions: JSON.stringify([{ name: "web", image: "web:1" }]),
});
