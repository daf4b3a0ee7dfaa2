#!/usr/bin/env node
// load URL SECONDS: eight readers who never rest, on this machine only; fails when an answer does.

import http from "node:http";

const [url, seconds] = process.argv.slice(2);
const paths = ["/", "/?from=2026-01-01&to=2026-02-01", "/nothing/here", "/favicon.svg", "/readyz"];
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
const end = Date.now() + Number(seconds) * 1000;
let answers = 0;

await Promise.all(
  Array.from({ length: 8 }, async (_, reader) => {
    for (let turn = reader; Date.now() < end; turn++) {
      const path = paths[turn % paths.length];
      const status = await read(path);
      if (status >= 500) throw new Error(`${path} answered ${status}`);
      answers++;
    }
  }),
);
agent.destroy();
console.log(`  ok ${answers} answers in ${seconds} s`);

function read(path) {
  return new Promise((resolve, reject) => {
    http.get(url + path, { agent }, (answer) => answer.resume().on("end", () => resolve(answer.statusCode))).on("error", reject);
  });
}
