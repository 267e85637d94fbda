import * as pulumi from "@pulumi/pulumi";

new pulumi.Stash("stash", { input: { source: new pulumi.asset.FileAsset("absent.html") } });
