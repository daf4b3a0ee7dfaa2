// pack-site ID PROFILE: lays target/site out as the server serves it, each text file also compressed.
//
//   build-id        the name of this build
//   pkg/<id>/       doubles.js, doubles_bg.wasm, doubles.css, fonts/: never change under this name
//   …               public/ as it is: the favicon

import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [id, profile] = process.argv.slice(2);
const fresh = "target/site.new";
const pkg = `${fresh}/pkg/${id}`;

rmSync(fresh, { recursive: true, force: true });
mkdirSync(pkg, { recursive: true });
cpSync("public", fresh, { recursive: true });
if (existsSync("style/fonts")) cpSync("style/fonts", `${pkg}/fonts`, { recursive: true });
cpSync("target/front/glue/doubles.js", `${pkg}/doubles.js`);
cpSync("target/front/glue/doubles_bg.wasm", `${pkg}/doubles_bg.wasm`);
cpSync("target/front/doubles.css", `${pkg}/doubles.css`);
if (profile !== "dev") files(fresh).filter((file) => /\.(js|wasm|css|svg|txt|json|webmanifest)$/.test(file)).forEach(compress);
writeFileSync(`${fresh}/build-id`, id);

rmSync("target/site", { recursive: true, force: true });
renameSync(fresh, "target/site");

for (const name of ["doubles.js", "doubles_bg.wasm", "doubles.css"]) {
  const size = (suffix) => (existsSync(`target/site/pkg/${id}/${name}${suffix}`) ? readFileSync(`target/site/pkg/${id}/${name}${suffix}`).length : 0);
  console.log(name, size(""), "bytes, brotli", size(".br"), "gzip", size(".gz"));
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath ?? entry.path}/${entry.name}`);
}

function compress(file) {
  const bytes = readFileSync(file);
  const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  writeFileSync(`${file}.br`, brotliCompressSync(bytes, best));
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}
