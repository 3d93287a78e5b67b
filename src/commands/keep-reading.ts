import { accessRecord } from '../api/access-record.ts';
import type { Principal } from '../domain/person.ts';
import type { AccessRecord } from '../platform/http/define.ts';
import { recordsIn } from '../platform/http/dispatch.ts';
import type { CommandContext } from './context.ts';
import type { Command, Output } from './define.ts';
import { readerOf } from './local-access.ts';

/** Notes what a command showed. Never throws. */
export const keepReading = async (
  kept: AccessRecord,
  { id, reads = 'records' }: Command,
  { json }: Output,
  caller: Principal,
): Promise<void> =>
  kept.read({ what: `command ${id}`, reads, caller, about: {}, records: recordsIn(json) });

/** The same where no server runs: whoever opens the database need not be signed in to read. */
export const keepOwnReading = async (
  context: CommandContext,
  command: Command,
  output: Output,
): Promise<void> => {
  if (command.reads === undefined && recordsIn(output.json) === 0) return;
  const { db, clock } = await context.system();
  const caller = readerOf(await context.caller(), await context.tenantId());
  await keepReading(accessRecord({ db, now: () => clock.now() }), command, output, caller);
};
