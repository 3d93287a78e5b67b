import type { IncomingEvent } from '../../domain/event.ts';

/** Why an event was not accepted. `code` is stable; `reason` says what to do. */
export interface Refusal {
  readonly event: IncomingEvent;
  readonly code: RefusalCode;
  readonly reason: string;
}

export type RefusalCode =
  | 'bad_envelope'
  | 'bad_text'
  | 'bad_payload'
  | 'bad_row'
  | 'too_large'
  | 'implausible_time'
  | 'unknown_type'
  | 'client_trust'
  | 'no_ref'
  | 'account_ref'
  | 'unknown_version'
  | 'other_mode'
  | 'other_account';

export const refuse = (event: IncomingEvent, code: RefusalCode, reason: string): Refusal => ({
  event,
  code,
  reason,
});
