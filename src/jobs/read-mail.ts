import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, scoped } from '../platform/log.ts';
import { listTenants } from '../platform/tenant-store.ts';
import { defineJob, type JobContext } from './define.ts';
import { takeMail } from './line/take-mail.ts';

export default defineJob({
  id: 'read-mail',
  title: 'Bounces, complaints and answers in each tenant’s Maildir',
  schedule: { everySeconds: 60 },
  run: async (context) => {
    const { maildir } = context.outside;
    if (maildir === undefined) return;
    for (const { id } of await listTenants(context.db)) {
      context.signal.throwIfAborted();
      await readFolder(context, id, join(maildir, id));
    }
  },
});

/** What was read moves to `cur`; should this process end before, it is read again and changes nothing. */
const readFolder = async (
  { db, clock, parts }: JobContext,
  tenantId: string,
  folder: string,
): Promise<void> => {
  const names = await readdir(join(folder, 'new')).catch(() => []);
  for (const name of names.sort()) {
    const path = join(folder, 'new', name);
    try {
      await takeMail(db, { tenantId, raw: await readFile(path), parts, now: clock.now() });
      await rename(path, join(folder, 'cur', `${name}:2,S`));
    } catch (error) {
      // It stays, and is tried again; the others' turn comes all the same.
      scoped({ tenantId, job: 'read-mail' }).error(
        { mail: name, ...describeError(error) },
        'a mail could not be taken',
      );
    }
  }
};
