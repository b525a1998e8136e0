// Runs a program for WASI in Node's: `wasi.mjs PROGRAM [ARGUMENT]…`, with the key in the environment and nothing else.
import { readFile } from "node:fs/promises";
import { WASI } from "node:wasi";

const [program, ...argumentsOfIt] = process.argv.slice(2);
const { CLERK_JWT_KEY } = process.env;
const wasi = new WASI({ version: "preview1", args: [program, ...argumentsOfIt], env: { CLERK_JWT_KEY }, returnOnExit: true });
const module = await WebAssembly.compile(await readFile(program));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
