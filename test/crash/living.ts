/**
 * Lives a part of a company's life in a process of its own, from a step on, and kills itself as `kill -9` would when it
 * comes to the given point. Points are counted from 1: the moment right before each commit, and the one right after it.
 * Says on its output what it does, one JSON object a line.
 */
import { writeSync } from 'node:fs';
import type { Outside } from '../../src/outside.ts';
import type { Person } from '../../src/domain/person.ts';
import { loadParts } from '../../src/parts.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { mortal } from '../fixtures/mortal.ts';
import { planLife } from './life.ts';

export interface Orders {
  /** Address of a server, or a folder. */
  readonly place: string;
  readonly tenantId: string;
  readonly outside: Outside;
  readonly people: readonly [Person, Person];
  readonly fromStep: number;
  /** `null`: lives to the end. */
  readonly dieAt: number | null;
}

export type Word =
  | { readonly at: 'step'; readonly step: number }
  | { readonly at: 'death'; readonly point: number }
  | { readonly at: 'end'; readonly points: number };

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const say = (word: Word): void => void writeSync(1, `${JSON.stringify(word)}\n`);

let points = 0;
const pass = (): void => {
  points += 1;
  if (points !== orders.dieAt) return;
  say({ at: 'death', point: points });
  process.kill(process.pid, 'SIGKILL');
};

const { place, tenantId } = orders;
const opened = await openDatabase(
  place.startsWith('postgres') ? { url: place } : { dataDir: place },
);
// Time passes until what a dead process held is free again.
await opened.withTenant(tenantId, async (tx) => {
  await tx.query(`update rounds set lease_until = 'epoch' where lease_until is not null`);
  await tx.query(`update leases set until = 'epoch' where until is not null`);
  await tx.query(`update outbox set lease_until = 'epoch' where lease_until is not null`);
});
const { steps } = await planLife();
const living = {
  db: mortal(opened, pass, pass),
  tenantId,
  parts: await loadParts(),
  outside: orders.outside,
  people: orders.people,
};
for (const [step, { take }] of [...steps.entries()].slice(orders.fromStep)) {
  say({ at: 'step', step });
  await take(living);
}
say({ at: 'end', points });
await opened.close();
