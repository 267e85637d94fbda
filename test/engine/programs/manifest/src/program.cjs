exports.from = "the main of package.yaml";
