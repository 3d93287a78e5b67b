import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/retinue.js', import.meta.url));

/** A machine of its own: a data folder, a home for the session, and nothing of ours in the environment. */
export interface Machine {
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Runs a command to its end, from another folder than the project's. */
  readonly retinue: (...words: string[]) => Promise<Ran>;
  /** Starts a command that stays. */
  readonly start: (...words: string[]) => Running;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  /** What `--json` printed, as the test expects it. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- shorter than a cast at every use
  readonly json: <T>() => T;
}

export interface Running {
  readonly child: ChildProcess;
  /** Until its output holds a text; fails when it ends before. */
  readonly says: (text: string | RegExp) => Promise<string>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ran>;
}

export const machine = async (more: Readonly<Record<string, string>> = {}): Promise<Machine> => {
  const home = await mkdtemp(join(tmpdir(), 'retinue-cli-'));
  const dataDir = join(home, 'data');
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    RETINUE_DATA_DIR: dataDir,
    ...more,
  };
  const begin = (words: readonly string[]): Begun => {
    const child = spawn(process.execPath, [BIN, ...words], { cwd: home, env: environment });
    return follow(child);
  };
  return {
    dataDir,
    environment,
    retinue: (...words) => begin(words).ended,
    start: (...words) => running(begin(words)),
  };
};

interface Begun {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  readonly heard: () => string;
  readonly onWords: (listener: () => void) => void;
}

const follow = (child: ChildProcess): Begun => {
  const texts = { out: '', err: '' };
  const listeners: (() => void)[] = [];
  const hear = (key: 'out' | 'err') => (chunk: Buffer) => {
    texts[key] += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout?.on('data', hear('out'));
  child.stderr?.on('data', hear('err'));
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, ...texts, json: () => JSON.parse(texts.out) as never });
      for (const listener of listeners) listener();
    });
  });
  return {
    child,
    ended,
    heard: () => texts.out + texts.err,
    onWords: (listener) => listeners.push(listener),
  };
};

const running = ({ child, ended, heard, onWords }: Begun): Running => ({
  child,
  says: (text) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const said = heard();
        if (typeof text === 'string' ? said.includes(text) : text.test(said)) resolve(said);
        else if (child.exitCode !== null) reject(new Error(`it ended: ${said}`));
      };
      onWords(look);
      look();
    }),
  stop: (signal = 'SIGTERM') => {
    child.kill(signal);
    return ended;
  },
});
