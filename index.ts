import { deployApplications } from "./components/applications.ts";
import { standOn } from "./components/layers.ts";
import { readConfig } from "./config.ts";

const config = readConfig();

// What the services stand on: network, cluster, balancers, identity, database.
const platform = standOn(config);

if (config.layer !== "foundation") deployApplications(config, platform);

export default platform.outputs;
