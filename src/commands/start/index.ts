import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { serve, type Serving } from '../../serve.ts';
import type { CommandContext } from '../context.ts';
import { defineCommand } from '../define.ts';
import { announceServer, withdrawServer } from '../running-server.ts';
import { setUpSample } from './sample.ts';
import { startPage } from './start-page.ts';
import { surveyTenants } from './survey.ts';
import { untilStopped } from './until-stopped.ts';

const input = z.object({
  host: z.string().default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  sample: z.boolean().default(true),
  worker: z.boolean().default(true),
});

type Input = z.infer<typeof input>;

const DEFAULT_PORT = 4180;

export default defineCommand({
  id: 'start',
  group: 'Start',
  summary: 'Start the API, the worker and the daily job; the first time with a sample company',
  arguments: [],
  options: [
    { flags: '--host <address>', description: 'address to listen on (default: 127.0.0.1)' },
    { flags: '--port <number>', description: 'port to listen on (default: PORT, or 4180)' },
    { flags: '--no-sample', description: 'do not load the sample company into an empty database' },
    { flags: '--no-worker', description: 'only the API: other processes work' },
  ],
  examples: ['start', 'start --port 8080', 'start --no-sample'],
  beside: 'alone',
  decides: false,
  input,
  run: async (context, given) => {
    const system = await context.system();
    const sample = given.sample ? await setUpSample(system, context.progress) : null;
    const surveys = await surveyTenants(system, context.progress, sample);
    const serving = await begin(context, given);
    const survey =
      surveys.find(({ tenantId }) => tenantId === context.settings.tenant) ?? surveys[0] ?? null;
    const link = await serving.loginLink({ tenantId: survey?.tenantId ?? null, person: null });
    const summary = { url: serving.url, sample, tenants: surveys, survey, login: link };
    return {
      json: { url: serving.url, pid: process.pid, sample, tenants: surveys, login: link },
      human: (terminal) => startPage(terminal, summary),
      stays: stay(context, serving),
    };
  },
});

const begin = async (context: CommandContext, given: Input): Promise<Serving> => {
  const serving = await serve(await context.system(), {
    host: given.host,
    port: given.port ?? portOf(process.env['PORT']),
    version: await version(),
    works: given.worker,
    databaseUrl: context.settings.databaseUrl,
    showLink: (link, person) => {
      context.terminal.remark(`sign in as ${person}, once: npx retinue login ${link}`);
    },
  });
  if (context.settings.databaseUrl === null) {
    await announceServer(context.settings.dataDir, serving.url);
  }
  return serving;
};

const portOf = (text: string | undefined): number => {
  const port = z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .safeParse(text ?? DEFAULT_PORT);
  return port.success ? port.data : DEFAULT_PORT;
};

const stay = async (context: CommandContext, serving: Serving): Promise<void> => {
  await untilStopped();
  context.terminal.remark('stopping: no new requests, finishing what is under way …');
  if (context.settings.databaseUrl === null) await withdrawServer(context.settings.dataDir);
  await serving.close();
};

const version = async (): Promise<string> => {
  const text = await readFile(new URL('../../../package.json', import.meta.url), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
};
