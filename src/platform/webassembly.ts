import { setFlagsFromString } from 'node:v8';

/*
 * Imported for what it does, by whoever calls WebAssembly often: Node 20 ends the whole process ("unreachable code" in
 * its Deoptimizer) when it gives up machine code into which it has written such a call. Calls stay calls, and cost a
 * few nanoseconds more.
 */
setFlagsFromString('--no-turbo-inline-js-wasm-calls');
