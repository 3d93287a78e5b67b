import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digest } from '../../domain/identifiers.ts';
import type { EffectResult, Port } from '../define.ts';
import { compose } from './compose.ts';

/**
 * Keeps messages as `.eml` files where no mail server is configured. The file's name derives from the business key and a
 * complete file appears under it at once, so the same effect again finds what is there: idempotent, and it can be asked.
 */
export const emlFolderPort = (options: {
  readonly folder: string;
  readonly tenantId: string;
  /** Why it is not sent by SMTP. */
  readonly because: string;
}): Port => {
  const pathOf = (key: string) =>
    join(options.folder, `${digest([options.tenantId, key]).slice(0, 32)}.eml`);
  return {
    id: 'email',
    guarantee: 'idempotent',
    describe: `folder ${options.folder} (not sent: ${options.because})`,
    perform: async (effect, now) => {
      const composed = await compose(effect, now);
      if ('problem' in composed) return { outcome: 'refused', reason: composed.problem };
      await mkdir(options.folder, { recursive: true, mode: 0o700 });
      const path = pathOf(effect.key);
      await keepOnce(path, composed.raw);
      return kept(path, composed.messageId);
    },
    lookUp: async (key) => ((await exists(pathOf(key))) ? kept(pathOf(key), null) : null),
    close: async () => undefined,
  };
};

const kept = (path: string, messageId: string | null): EffectResult => ({
  outcome: 'done',
  receipt: {
    note: 'kept as a file, not sent',
    file: path,
    ...(messageId === null ? {} : { messageId }),
  },
});

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, 'ENOENT')) return false;
      throw error;
    },
  );

/** Written beside it and renamed: under its name a file is whole or not there. What was kept first stays. */
const keepOnce = async (path: string, raw: Buffer): Promise<void> => {
  if (await exists(path)) return;
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(raw);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === code;
