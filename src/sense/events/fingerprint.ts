import type { CheckedEvent } from './check.ts';

/**
 * A short number of what an event says (FNV-1a, 32 bits), to tell the same event sent twice from two events under one
 * id. It finds mistakes of senders; it protects against nothing.
 */
export const fingerprintOf = ({ event, payloadText, ref }: CheckedEvent): number => {
  const text = `${event.type}\n${event.occurredAt}\n${ref?.source ?? ''}\n${ref?.externalId ?? ''}\n${payloadText}`;
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
};
