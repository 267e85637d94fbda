import { deployApplications } from "./components/stacks/applications.ts";
import { standOn } from "./components/stacks/layers.ts";
import { readConfig } from "./config/stack-config.ts";

const config = readConfig();

// What the services stand on: network, cluster, balancers, identity, database.
const platform = standOn(config);

if (config.layer !== "foundation") deployApplications(config, platform);

export default platform.outputs;
