// pack-site ID PROFILE: lays target/site out as the server serves it, each text file also compressed.
//
//   build-id        the name of this build
//   pkg/<id>/       doubles.js, doubles_bg.wasm, doubles.css, fonts/: never change under this name; the files of
//                   lazy pages, and lazy.json, which of them each page needs
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
const programs = readdirSync("target/front/glue").filter((name) => name.endsWith(".wasm"));
for (const name of programs) cpSync(`target/front/glue/${name}`, `${pkg}/${name}`);
for (const name of ["doubles.js", "live.js", "renew.js", "queue.js", "lead.js", "what-if.js", "doubles.css"]) cpSync(`target/front/${name}`, `${pkg}/${name}`);
writeFileSync(`${pkg}/lazy.json`, JSON.stringify(lazyPages(readFileSync("target/front/split/__wasm_split.js", "utf8"))));
files(fresh).filter((file) => /\.(js|wasm|css|svg|txt|json|webmanifest)$/.test(file)).forEach(compress);
writeFileSync(`${fresh}/build-id`, id);

rmSync("target/site", { recursive: true, force: true });
renameSync(fresh, "target/site");

for (const name of ["doubles.js", "live.js", "renew.js", "queue.js", "lead.js", "what-if.js", "drafts.js", "import.js", "content.js", "doubles.css", ...programs]) {
  const [plain, brotli, gzip] = ["", ".br", ".gz"].map((ending) => statSync(`target/site/pkg/${id}/${name}${ending}`).size);
  console.log(`${name}: ${plain} bytes, ${brotli} with brotli, ${gzip} with gzip`);
}

/** From the loaders that the splitting wrote: each page's name with the files that it needs, without their ending. */
function lazyPages(loaders) {
  const pages = {};
  for (const [, name, chunks] of loaders.matchAll(/__wasm_split_load_(\w+) = wrapAsyncCb\(.*?, \[(.*?)\]\)\);/gs)) {
    const needed = [...chunks.matchAll(/chunk_\d+/g)].map(([chunk]) => chunk).concat(`split_${name}`);
    pages[name] = needed.filter((file) => programs.includes(`${file}.wasm`));
  }
  return pages;
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
