import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { listOutbox } from '../../src/act/outbox/store.ts';
import { suppressionOf } from '../../src/act/outbox/suppression.ts';
import { runCommandRoute, type CommandLine } from '../../src/api/commands.ts';
import { addMinutes } from '../../src/domain/time.ts';
import readMail from '../../src/jobs/read-mail.ts';
import { createKey } from '../../src/platform/auth/keys.ts';
import { callLines } from '../../src/platform/http/http-client.ts';
import rejectedInvites from '../../src/sample/stories/rejected-invites.ts';
import { answer, bounce } from '../connectors/bounces.ts';
import { ANCHOR, foundCompany, type Company } from '../fixtures/company.ts';
import { signIn, startApi, type Api } from './support.ts';

let api: Api;
let company: Company;
let key: string;
let original: Buffer;
let recipient: string;

beforeAll(async () => {
  api = await startApi({ now: ANCHOR });
  company = await foundCompany(api.db, 'acme', { accounts: [rejectedInvites.account] });
  await company.run(ANCHOR);
  await company.tick(addMinutes(ANCHOR, 1));
  const folder = join(company.dataDir, 'outgoing', 'acme');
  const [name = ''] = await readdir(folder);
  original = await readFile(join(folder, name));
  const rows = await company.here((tx) => listOutbox(tx, { world: 'live' }));
  recipient = rows.find(({ port }) => port === 'email')?.effect.recipient?.email ?? '';
  key = (
    await company.here((tx) =>
      createKey(
        tx,
        { name: 'mail', scopes: ['ingest'], trust: 'server', by: company.admin, now: ANCHOR },
        (size) => Buffer.alloc(size, 7),
      ),
    )
  ).secret;
});

const post = async (raw: Buffer, token = key) => {
  const response = await fetch(`${api.url}/v1/mail`, {
    method: 'POST',
    headers: { 'Content-Type': 'message/rfc822', Authorization: `Bearer ${token}` },
    body: new Uint8Array(raw),
  });
  return { status: response.status, body: (await response.json()) as { taken?: string } };
};

const isWritten = () =>
  company.here(async (tx) => (await suppressionOf(tx, recipient, 'service')) === null);

const messageId = () => /^Message-ID: (<[^>]+>)/im.exec(original.toString())?.[1] ?? '';

describe('a Maildir', () => {
  test('is read file by file; what is read moves on, and a file that cannot be taken stays', async () => {
    const maildir = await mkdtemp(join(tmpdir(), 'retinue-maildir-'));
    const box = join(maildir, 'acme');
    for (const name of ['new', 'cur']) await mkdir(join(box, name), { recursive: true });
    await writeFile(join(box, 'new', '1.answer'), answer(messageId()));
    await writeFile(join(box, 'new', '2.other'), answer(null));
    // A folder where a file should be: reading it fails.
    await mkdir(join(box, 'new', '0.broken'));
    const { db, parts, clock } = api;
    const { signal } = new AbortController();
    const work = () =>
      readMail.run(
        {
          ...{ db, parts, clock, signal, send: async () => undefined },
          outside: { dataDir: company.dataDir, maildir },
        },
        {},
      );
    await work();
    await work();
    expect(await readdir(join(box, 'new'))).toEqual(['0.broken']);
    expect((await readdir(join(box, 'cur'))).sort()).toEqual(['1.answer:2,S', '2.other:2,S']);
    const kept = await company.here((tx) =>
      tx.query<{ kind: string }>('select kind from mail_feedback'),
    );
    expect(kept).toEqual([{ kind: 'replied' }]);
  });
});

describe('POST /v1/mail', () => {
  test('takes a bounce of what we sent, once, and its recipient is written to no more', async () => {
    expect(await isWritten()).toBe(true);
    const raw = bounce(original, { to: recipient });
    expect(await post(raw)).toEqual({ status: 202, body: { taken: 'bounced' } });
    expect(await post(raw)).toEqual({ status: 202, body: { taken: 'duplicate' } });
    expect(await isWritten()).toBe(false);
  });

  test('says of mail that answers nothing of ours that it is unrelated, and lets nobody in without a key', async () => {
    expect(await post(answer(null))).toEqual({ status: 202, body: { taken: 'unrelated' } });
    expect((await post(answer(null), 'rtn_nothing')).status).toBe(401);
  });
});

describe('retinue suppression', () => {
  const type = async (input: Record<string, unknown>, person = company.admin) => {
    const token = await signIn(api, person);
    const body = {
      ...{ input, tenant: null, world: null, json: false, files: {} },
      screen: { columns: 120, color: false },
    };
    const lines: CommandLine[] = [];
    const params = { id: 'suppression' };
    for await (const line of callLines(api.url, token, runCommandRoute, { params, body }))
      lines.push(line);
    return JSON.stringify(lines);
  };

  test('lists who is written to no more and why, without the address', async () => {
    const said = await type({});
    expect(said).toContain('bounced: 5.1.1');
    expect(said).toContain(`${recipient[0] ?? ''}…@`);
    expect(said).not.toContain(recipient);
  });

  test('takes one off for an admin who says why, and puts one on for one kind of message', async () => {
    expect(await type({ verb: 'remove', address: recipient })).toContain('say why');
    const [approver] = company.approvers;
    const off = { verb: 'remove', address: recipient, reason: 'the mailbox works again' };
    await expect(type(off, approver)).rejects.toThrow(/role admin/);
    expect(await isWritten()).toBe(false);
    await type(off);
    expect(await isWritten()).toBe(true);
    await type({ verb: 'add', address: recipient, category: 'marketing', reason: 'asked' });
    expect(await isWritten()).toBe(true);
    expect(await company.here((tx) => suppressionOf(tx, recipient, 'marketing'))).toMatchObject({
      reason: 'asked',
    });
  });
});
