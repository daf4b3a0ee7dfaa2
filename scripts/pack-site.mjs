// pack-site ID PROFILE: lays target/site out as the server serves it, each text file also compressed.
//
//   build-id        the name of this build
//   pkg/<id>/       doubles.js, doubles_bg.wasm, doubles.css, fonts/: never change under this name
//   …               public/ as it is: the favicon; its scripts stand in pkg/<id>/

import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [id, profile] = process.argv.slice(2);
const thorough = profile !== "dev";
const fresh = "target/site.new";
const pkg = `${fresh}/pkg/${id}`;

rmSync(fresh, { recursive: true, force: true });
mkdirSync(pkg, { recursive: true });
cpSync("public", fresh, { recursive: true });
for (const script of readdirSync(fresh).filter((file) => file.endsWith(".js"))) renameSync(`${fresh}/${script}`, `${pkg}/${script}`);
if (existsSync("style/fonts")) cpSync("style/fonts", `${pkg}/fonts`, { recursive: true });
cpSync("target/front/glue/doubles.js", `${pkg}/doubles.js`);
cpSync("target/front/glue/doubles_bg.wasm", `${pkg}/doubles_bg.wasm`);
cpSync("target/front/doubles.css", `${pkg}/doubles.css`);
files(fresh).filter((file) => /\.(js|wasm|css|svg|txt|json|webmanifest)$/.test(file)).forEach(compress);
writeFileSync(`${fresh}/build-id`, id);

rmSync("target/site", { recursive: true, force: true });
renameSync(fresh, "target/site");

for (const name of ["doubles.js", "doubles_bg.wasm", "doubles.css", "drafts.js"]) {
  const [plain, brotli, gzip] = ["", ".br", ".gz"].map((ending) => statSync(`target/site/pkg/${id}/${name}${ending}`).size);
  console.log(`${name}: ${plain} bytes, ${brotli} with brotli, ${gzip} with gzip`);
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`);
}

function compress(file) {
  const bytes = readFileSync(file);
  const effort = { params: { [constants.BROTLI_PARAM_QUALITY]: thorough ? 11 : 4, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, effort));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: thorough ? 9 : 1 }));
}
