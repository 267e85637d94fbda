import { readEnvironment } from "../kit/environment.ts";
import { serve } from "../kit/http/serve.ts";
import { GuardEnvironment } from "./environment.ts";
import { guardService } from "./service.ts";

/** `guard` finds a sick zone among the three, and moves the platform's traffic away from it where that is right. */
const environment = readEnvironment(GuardEnvironment);

await serve(environment, (pod) => guardService(environment, pod));
