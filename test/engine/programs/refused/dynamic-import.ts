export = async () => ({ size: (await import("./parts/sizes.js")).size });
