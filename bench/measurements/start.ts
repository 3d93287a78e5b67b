import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineMeasurement, type Row } from '../define.ts';
import { median, seconds, times } from '../stopwatch.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/retinue.js', import.meta.url));

export default defineMeasurement({
  id: 'start',
  on: ['embedded'],
  measure: async ({ folder, small, say }) => {
    const repeats = small ? 1 : 5;
    const dataDir = join(folder, 'data');
    say('an empty Node');
    const bare = median(await several(repeats, () => once(['-e', '0'], dataDir)));
    say('the first start, with the sample company');
    const first = await once([PROGRAM, 'start', '--port', '0'], dataDir, 'retinue login');
    say('a command on what is there');
    const again = median(
      await several(repeats, () => once([PROGRAM, 'accounts', '--json'], dataDir)),
    );
    const row = (what: string, took: number): Row => ({
      what,
      figure: seconds(took),
      peer: `Node doing nothing: ${seconds(bare)}`,
      ratio: times(took / bare),
      aim: null,
    });
    return [
      row('cold start to first result: empty folder to the sample company’s findings', first),
      row('cold start to first result: `retinue accounts` on a folder that is there', again),
    ];
  },
});

const several = async (count: number, work: () => Promise<number>): Promise<number[]> => {
  const took: number[] = [];
  for (let index = 0; index < count; index += 1) took.push(await work());
  return took;
};

/** Seconds until the program ends, or until it has said the words; it is then asked to stop. */
const once = (words: readonly string[], dataDir: string, until?: string): Promise<number> => {
  const start = performance.now();
  const child = spawn(process.execPath, words, {
    env: { ...process.env, RETINUE_DATA_DIR: dataDir, DATABASE_URL: '', SMTP_URL: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, complained, heard] = ['', '', 0];
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (until === undefined || heard > 0 || !said.includes(until)) return;
    heard = performance.now();
    child.kill('SIGTERM');
  });
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      const ended = heard > 0 ? heard : performance.now();
      if (until === undefined ? code === 0 : heard > 0) resolve((ended - start) / 1000);
      else reject(new Error(`${words.join(' ')} ended with ${code ?? 'a signal'}: ${complained}`));
    });
  });
};
