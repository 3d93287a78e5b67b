import { z } from 'zod';

const hours = (byDefault: number, input: string) =>
  z
    .strictObject({
      maxAgeHours: z
        .number({ error: 'write a number of hours' })
        .positive('must be above zero')
        .max(8784, 'must not be above a year (8784)'),
    })
    .default({ maxAgeHours: byDefault })
    .describe(`Hours after the last ${input} until this guard closes.`);

/** A guard that has heard nothing for so long is stale, and closes what it guards. */
export const guardsFile = z.strictObject({
  guards: z
    .strictObject({
      billing: hours(72, 'invoice'),
      incident: hours(168, 'incident report, resolved ones included'),
      deletion: hours(720, 'deletion request'),
      touches: hours(168, 'contact made by your people'),
      conversation: hours(72, 'ticket or message'),
    })
    .prefault({})
    .describe('How long each input may be silent before the guard that rests on it closes.'),
});
