import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { OpenDatabase } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { seededRandom, seedOf, type Random } from '../../src/domain/random.ts';
import { startMailServer, type MailServer } from '../connectors/mail-server.ts';
import { foundCompany, type Company } from '../fixtures/company.ts';
import { faultsOf, standingOf, type Standing } from './inspect.ts';
import { planLife, type Life, type StepKind } from './life.ts';
import type { Orders, Word } from './living.ts';

export interface CrashOptions {
  /** Address of a PostgreSQL database of its own, or a folder for an embedded one. */
  readonly place: string;
  /** For mail that is kept as files. */
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  /** An embedded database to begin with, so that nothing has to be migrated. */
  readonly image?: Uint8Array;
  readonly onKill?: (kill: Kill, count: number) => void;
}

/** One `kill -9`. The seed, the life and the kill's number within it say where it fell. */
export interface Kill {
  readonly life: string;
  readonly step: string;
  readonly kind: StepKind;
  /** Right before or right after a commit. */
  readonly moment: 'before' | 'after';
}

export interface CrashReport {
  readonly database: string;
  readonly seed: number;
  /** Commits of a life in which nobody is killed. */
  readonly commits: number;
  readonly events: number;
  readonly lives: number;
  readonly kills: readonly Kill[];
  readonly messages: { readonly sent: number; readonly unknown: number };
  readonly tasks: number;
  readonly ledgerEntries: number;
  /** By life; empty when nothing was lost and nothing doubled. */
  readonly faults: readonly string[];
}

/** Lives founded at once: the embedded database is closed while a life is lived. */
const BLOCK = 5;
const KILLS_A_LIFE = 6;

type Mail = 'folder' | 'smtp';

interface Lived {
  readonly tenantId: string;
  readonly company: Company;
  readonly mail: Mail;
  /** What the mail server had of it; lives are lived one after another. */
  readonly received: string[];
}

/**
 * Lives one company's life unharmed, then others of the same story killed at random commits and begun again, until there
 * were so many kills, and compares. Every other life sends by SMTP to a server that stays alive, where what was under way
 * may end in doubt; the rest keep their messages as files, and must end exactly like the unharmed one.
 */
export const crash = async (options: CrashOptions): Promise<CrashReport> => {
  const server = await startMailServer();
  try {
    return await new Crash(options, await planLife(), server).carryOut();
  } finally {
    await server.close();
  }
};

class Crash {
  readonly #options: CrashOptions;
  readonly #life: Life;
  readonly #server: MailServer;
  readonly #kills: Kill[] = [];
  readonly #faults: string[] = [];
  readonly #counts = { lives: 0, sent: 0, unknown: 0, tasks: 0, ledgerEntries: 0 };
  #reference: Standing = {};

  constructor(options: CrashOptions, life: Life, server: MailServer) {
    this.#options = options;
    this.#life = life;
    this.#server = server;
  }

  async carryOut(): Promise<CrashReport> {
    const { kills, seed, place } = this.#options;
    const [unharmed] = await this.#found([{ tenantId: 'unharmed', mail: 'folder' }]);
    if (unharmed === undefined) throw new Error('nothing was founded');
    const ended = (await this.#live(unharmed, 0, null)).at(-1);
    if (ended?.at !== 'end') throw new Error('the life in which nobody is killed did not end');
    await this.#inspect([unharmed]);
    while (this.#kills.length < kills) await this.#block(ended.points);
    return {
      database: place.startsWith('postgres') ? 'PostgreSQL' : 'embedded',
      seed,
      commits: ended.points / 2,
      events: this.#life.told.size,
      lives: this.#counts.lives,
      kills: this.#kills,
      messages: { sent: this.#counts.sent, unknown: this.#counts.unknown },
      tasks: this.#counts.tasks,
      ledgerEntries: this.#counts.ledgerEntries,
      faults: this.#faults,
    };
  }

  async #block(points: number): Promise<void> {
    const left = this.#options.kills - this.#kills.length;
    const size = Math.min(BLOCK, Math.ceil(left / KILLS_A_LIFE));
    const names = Array.from({ length: size }, (_, index) => {
      const number = this.#counts.lives + index;
      return { tenantId: `life-${number}`, mail: number % 2 === 0 ? 'folder' : 'smtp' } as const;
    });
    this.#counts.lives += size;
    const lives = await this.#found(names);
    for (const lived of lives) await this.#liveAndDie(lived, points);
    await this.#inspect(lives);
  }

  /** Kills the process at a random point again and again, until the life comes to its end in spite of it. */
  async #liveAndDie(lived: Lived, points: number): Promise<void> {
    const random = seededRandom(this.#options.seed ^ seedOf(lived.tenantId));
    for (let step = 0; ;) {
      const spent = this.#kills.length >= this.#options.kills;
      const words = await this.#live(lived, step, spent ? null : dieAt(random, points));
      const last = words.at(-1);
      if (last?.at === 'end') return;
      step = words.findLast((word) => word.at === 'step')?.step ?? step;
      if (last?.at !== 'death')
        throw new Error(`${lived.tenantId} ended by itself in step ${step}`);
      this.#note(lived, step, last.point);
    }
  }

  #note({ tenantId }: Lived, step: number, point: number): void {
    const { name, kind } = this.#life.steps[step] ?? { name: '?', kind: 'accepting' };
    const moment = point % 2 === 1 ? 'before' : 'after';
    const kill: Kill = { life: tenantId, step: name, kind, moment };
    this.#kills.push(kill);
    this.#options.onKill?.(kill, this.#kills.length);
  }

  async #withDatabase<T>(work: (db: OpenDatabase) => Promise<T>): Promise<T> {
    const { place, image } = this.#options;
    const isNew = !existsSync(place);
    const db = await openDatabase(
      place.startsWith('postgres')
        ? { url: place }
        : { dataDir: place, ...(isNew ? { image } : {}) },
    );
    try {
      return await work(db);
    } finally {
      await db.close();
    }
  }

  #found(names: readonly { readonly tenantId: string; readonly mail: Mail }[]): Promise<Lived[]> {
    return this.#withDatabase(async (db) => {
      const lives: Lived[] = [];
      for (const name of names) {
        const company = await foundCompany(db, name.tenantId, { accounts: [] });
        lives.push({ ...name, company, received: [] });
      }
      await db.maintain();
      return lives;
    });
  }

  /** One process. Gives back what it said. */
  async #live(lived: Lived, fromStep: number, dieAt: number | null): Promise<Word[]> {
    const dataDir = this.#folderOf(lived);
    await mkdir(dataDir, { recursive: true });
    const orders: Orders = {
      place: this.#options.place,
      tenantId: lived.tenantId,
      outside: { dataDir, ...(lived.mail === 'smtp' ? { smtpUrl: this.#server.url } : {}) },
      people: lived.company.approvers,
      fromStep,
      dieAt,
    };
    const script = new URL('./living.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(orders)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [said, complained] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (code !== null && code !== 0) throw new Error(`${lived.tenantId} failed: ${complained}`);
    const received = this.#server.received.splice(0).map(({ raw }) => raw.toString());
    lived.received.push(...received);
    return said
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Word);
  }

  #folderOf = ({ tenantId }: Lived): string => join(this.#options.folder, 'mail', tenantId);

  #inspect(lives: readonly Lived[]): Promise<void> {
    return this.#withDatabase(async (db) => {
      for (const lived of lives) {
        const messages = await this.#messagesOf(lived);
        const found = await db.withTenant(lived.tenantId, async (tx) => {
          const faults = await faultsOf(tx, { told: this.#life.told, messages });
          await this.#count(tx);
          return { faults, standing: await standingOf(tx) };
        });
        if (lived.tenantId === 'unharmed') this.#reference = found.standing;
        const differences = lived.mail === 'folder' ? this.#differences(found.standing) : [];
        for (const fault of [...found.faults, ...differences])
          this.#faults.push(`${lived.tenantId} (${lived.mail}): ${fault}`);
      }
    });
  }

  async #count(tx: Parameters<Parameters<OpenDatabase['withTenant']>[1]>[0]): Promise<void> {
    const [row] = await tx.query<Record<'sent' | 'unknown' | 'tasks' | 'entries', number>>(
      `select (select count(*) from outbox where port = 'email' and status = 'done') as sent,
         (select count(*) from outbox where port = 'email' and status = 'unknown') as unknown,
         (select count(*) from tasks) as tasks, (select count(*) from ledger_entries) as entries`,
    );
    this.#counts.sent += row?.sent ?? 0;
    this.#counts.unknown += row?.unknown ?? 0;
    this.#counts.tasks += row?.tasks ?? 0;
    this.#counts.ledgerEntries += row?.entries ?? 0;
  }

  #differences(standing: Standing): string[] {
    return Object.entries(this.#reference)
      .filter(([what, expected]) => !isDeepStrictEqual(standing[what], expected))
      .map(
        ([what, expected]) =>
          `${what} are not those of the unharmed life: ${JSON.stringify(standing[what])} instead of ${JSON.stringify(expected)}`,
      );
  }

  async #messagesOf(lived: Lived): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const raw of await this.#rawMessages(lived)) {
      const action = /^X-Retinue-Action: (\S+)/m.exec(raw)?.[1] ?? 'without an action';
      counts.set(action, (counts.get(action) ?? 0) + 1);
    }
    return counts;
  }

  async #rawMessages(lived: Lived): Promise<string[]> {
    if (lived.mail === 'smtp') return lived.received;
    const folder = join(this.#folderOf(lived), 'outgoing', lived.tenantId);
    const files = await readdir(folder).catch(() => []);
    return Promise.all(
      files
        .filter((file) => file.endsWith('.eml'))
        .map((file) => readFile(join(folder, file), 'utf8')),
    );
  }
}

/** Mostly within a stretch that leaves a life its share of kills, sometimes anywhere: every point can be met. */
const dieAt = (random: Random, points: number): number =>
  1 + Math.floor(random() * (random() < 0.2 ? points : (2 * points) / KILLS_A_LIFE));
