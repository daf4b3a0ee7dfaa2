// Starts the program, once for all tests: a data folder of its own with the sample company in it, a clock that stands
// still, so that its story is the same every time, and a port that is free. It is the unoptimised one, which is there
// once the tests in Rust have run: an optimised build would take longer than all tests in the browser. Both have the same
// pages and the same, optimised site; DOUBLES_TEST_PROGRAM names another, such as target/release/doubles.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type Server, createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const program = process.env.DOUBLES_TEST_PROGRAM ?? join(__dirname, "../target/debug/doubles");

/** Where servers stood that a test has stopped: what their pages still ask for is not answered. */
export const stopped = new Set<string>();

/** The sample company's story ends here: its eighteen months began in March 2025. */
export const now = "2026-08-03T09:00:00Z";

export default async function start() {
  const folder = mkdtempSync(join(tmpdir(), "doubles-end2end-"));
  const data = join(folder, "data");
  process.env.DOUBLES_SAMPLES = folder;
  sample(data);
  const server = spawn(program, ["serve", "--address", "127.0.0.1:0", "--data", data, "--now", now]);
  process.env.DOUBLES_URL = await address(server);
  process.env.DOUBLES_DATA = data;
  return async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  };
}

/** A data folder with the sample company at a time: a copy of the first one, since writing it takes seconds. */
export function sample(data: string, at = now) {
  const samples = process.env.DOUBLES_SAMPLES ?? tmpdir();
  const known = join(samples, at.replace(/\W/g, ""));
  if (!existsSync(known)) {
    const first = mkdtempSync(join(samples, "sample-"));
    run(first, ["sample"], at);
    try {
      renameSync(first, known);
    } catch {
      // Another worker was here first, with the same.
    }
  }
  cpSync(known, data, { recursive: true });
}

/** What `doubles kpis --json` answers about `[from, to)`, beside the running server. */
export function kpis(from: string, to: string, ...filters: string[]) {
  const data = process.env.DOUBLES_DATA ?? "";
  return JSON.parse(run(data, ["kpis", "--from", from, "--to", to, ...filters, "--json"]));
}

/** A server of its own with an empty workspace, of which whoever sits at this machine may do everything. */
export async function newHouse() {
  const folder = mkdtempSync(join(tmpdir(), "doubles-house-"));
  const data = join(folder, "data");
  const file = join(folder, "spend.csv");
  writeFileSync(file, "month,channel,amount\n2026-01,Webinar,100\n");
  execFileSync(program, ["import", "spend", file, "--zone", "UTC", "--data", data, "--now", now]);
  return serve(folder, data);
}

/** A second server, over leads whose names, channel, heading and file try to be markup. */
export async function evilServer() {
  const folder = mkdtempSync(join(tmpdir(), "doubles-evil-"));
  const data = join(folder, "data");
  const script = "<script>alert(1)</script><img src=x onerror=alert(2)>";
  const file = join(folder, "leads <img src=x onerror=alert(3)>.csv");
  const row = ["1", "2026-07-01 10:00", `"${script}"`, `"${script}"`, `"${script}"`, "=HYPERLINK(1)", "javascript:alert(4)"];
  writeFileSync(file, `id,handed_over_at,name,company,channel,owner,"${script}"\n${row.join(",")}\n`);
  execFileSync(program, ["import", "leads", file, "--zone", "UTC", "--data", data, "--now", now]);
  return serve(folder, data);
}

/** A server with a sample company of its own, for tests that change something. */
export async function ownServer(at = now) {
  const folder = mkdtempSync(join(tmpdir(), "doubles-own-"));
  const data = join(folder, "data");
  sample(data, at);
  return serve(folder, data, at);
}

async function serve(folder: string, data: string, at = now) {
  const server = spawn(program, ["serve", "--address", "127.0.0.1:0", "--data", data, "--now", at]);
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const there = await address(server);
  return {
    address: there,
    async stop() {
      stopped.add(new URL(there).origin);
      server.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

export function run(data: string, args: string[], at = now): string {
  return execFileSync(program, [...args, "--data", data, "--now", at], { encoding: "utf8" });
}

/** The address that the server says it is ready at. */
export function address(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.on("data", (chunk) => {
      said += chunk;
      const ready = /ready at (http:\/\/\S*\d)/.exec(said);
      if (ready) resolve(ready[1]);
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the server ended with code ${code}:\n${said}`)));
  });
}

/** A reverse proxy as plain as can be; for one path of its host, which it passes on or takes off. */
export function startProxy(target: string, base = "", strips = false): Promise<Server> {
  const { hostname, port } = new URL(target);
  const proxy = createServer((asked, answer) => {
    const { method, url = "", headers } = asked;
    if (!url.startsWith(`${base}/`)) return void answer.writeHead(404).end("another program's");
    const path = strips ? url.slice(base.length) : url;
    const passed = request({ hostname, port, method, path, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
      answer.on("close", () => got.destroy());
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  return new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(proxy)));
}
