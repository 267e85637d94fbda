// Which folder may import from which: index.ts -> components -> config, local -> engine and config,
// ops -> engine, local and config, a service -> services/kit and services/market. `npm run arrows` keeps it.

/** What a folder's files may import of the project beside the folder itself; packages are free unless a rule below says. */
const allowed = {
  "index.ts": ["components", "config"],
  components: ["config"],
  config: [],
  engine: [],
  policies: [],
  local: ["engine", "config", "services/build"],
  // The model bucket's layout is the service's, and the commands write it.
  ops: [
    "engine",
    "local",
    "config",
    "services/build",
    "services/news/model",
    "services/news/serving/deployment.ts",
  ],
  bench: ["engine", "local", "ops", "config", "services", "test/support"],
  "services/kit": [],
  "services/market": ["services/kit"],
};

/** What isn't a service there: what they share, and what builds them. */
const NO_SERVICE = "kit|market|build";

const OURS = "^(index\\.ts|bench|bin|components|config|engine|local|ops|policies|services|test|web)(/|$)";

const folder = (name) => (name.endsWith(".ts") ? `^${name.replace(".", "\\.")}$` : `^${name}/`);

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(allowed).map(([name, others]) => ({
      name: `${name} imports too much`,
      comment: `${name} imports nothing of the project but ${[name, ...others].join(", ")}.`,
      severity: "error",
      from: { path: folder(name) },
      to: { path: OURS, pathNot: [name, ...others].map(folder) },
    })),
    {
      name: "a service imports too much",
      comment:
        "A service imports services/kit and services/market and nothing else of the project: it speaks to others by HTTP.",
      severity: "error",
      from: { path: "^services/([^/]+)/", pathNot: `^services/(${NO_SERVICE})/` },
      to: { path: OURS, pathNot: "^services/(kit|market|$1)/" },
    },
    {
      name: "a service imports Pulumi",
      comment: "Services are deployed by the program and know nothing of it.",
      severity: "error",
      from: { path: "^services/" },
      to: { path: "(^|/)@pulumi/" },
    },
    {
      name: "tests are imported",
      comment: "Only tests import tests; benchmarks may import test/support.",
      severity: "error",
      from: { pathNot: "^(test|bench)/" },
      to: { path: "^test/" },
    },
    {
      name: "a circle",
      comment: "Move what both files need into a third, or join them.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "not resolved",
      comment: "The file or package doesn't exist.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "not a dependency",
      comment: "Add the package to package.json, or import from one that is there.",
      severity: "error",
      from: { pathNot: "^(test|bench)/" },
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "npm-dev"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^test/engine/programs/|(^|/)\\.trizone/" },
    // Circles of types count as well.
    tsPreCompilationDeps: true,
    // The policy pack has a package.json of its own, and the project's packages.
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.json" },
    detectJSDocImports: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
    },
  },
};
