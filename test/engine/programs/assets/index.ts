import * as pulumi from "@pulumi/pulumi";

const { AssetArchive, FileArchive, FileAsset, RemoteArchive, RemoteAsset, StringAsset } = pulumi.asset;
class Thing extends pulumi.CustomResource {
  constructor(name: string, props: pulumi.Inputs) {
    super("test:index:Thing", name, props);
  }
}
const nested = new AssetArchive({
  text: new StringAsset("b"),
  files: new FileArchive("files"),
  "files/a.txt": new StringAsset("the first of a name counts"),
  packed: new FileArchive("packed.tgz"),
  zipped: new FileArchive("./packed.zip"),
});

new Thing("thing", {
  file: new FileAsset("files/a.txt"),
  text: pulumi.secret(new StringAsset("hidden")),
  remote: new RemoteAsset(`file://${process.cwd()}/files/a.txt`),
  list: [new FileArchive("files"), new FileArchive("packed.tgz"), new FileArchive("packed.zip")],
  archive: new RemoteArchive(`file://${process.cwd()}/packed.zip`),
  nothing: new AssetArchive({}),
  nested,
});
export const deployed = nested;
