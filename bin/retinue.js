#!/usr/bin/env node
// Runs the TypeScript sources as they are, from any folder.
import { register } from 'tsx/esm/api';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`retinue needs Node 20.19 or newer; this is ${process.versions.node}`);
  process.exit(2);
}
register();
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));
