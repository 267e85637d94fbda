import { PodEnvironment } from "../../services/kit/environment.ts";
import { createApp } from "../../services/kit/http/app.ts";
import { createPod, type Pod } from "../../services/kit/pod.ts";

/** A pod of its own for an app whose routes are asked by `app.request()`, without a process or a port. It logs nothing. */
function testPod(service = "test"): Pod {
  return createPod(
    PodEnvironment.parse({ SERVICE: service, POD_NAME: `${service}-1`, ZONE: "a", LOG_LEVEL: "silent" }),
  );
}

/** The app that a service's routes are added to, and its pod. */
export function testApp(args: Parameters<typeof createApp>[1] = {}) {
  const pod = testPod();
  return { pod, app: createApp(pod, args) };
}
