import { z } from 'zod';
import { toInstant } from '../../../../domain/time.ts';
import { defineMapper } from '../define.ts';
import { id, shortened, text } from '../shapes.ts';

const thin = z.looseObject({
  type: z.string(),
  created: z.iso.datetime({ offset: true }),
  related_object: z.looseObject({ id, type: text }).nullish(),
  data: z
    .looseObject({
      developer_message_summary: text,
      reason: z.looseObject({ error_count: z.number().int().nonnegative().nullish() }).nullish(),
    })
    .nullish(),
});

export default defineMapper<z.infer<typeof thin>>({
  id: 'refused_usage',
  title: 'Usage that Stripe could not count',
  reads: 'v2.core.event',
  schema: thin,
  map: ({ type, created, related_object: related, data }) => {
    if (type === 'v1.billing.meter.no_meter_found') {
      return {
        ignored:
          'usage was sent to a meter that does not exist: Stripe’s dashboard says under which name',
      };
    }
    if (type !== 'v1.billing.meter.error_report_triggered' || (related ?? null) === null) {
      return {
        ignored: `an event of type \`${type}\` carries no object, and says nothing that is read`,
      };
    }
    const meterId = related?.id ?? '';
    const payload = {
      meterId,
      refused: {
        at: toInstant(created),
        events: data?.reason?.error_count ?? 0,
        reason: shortened(data?.developer_message_summary) ?? 'Stripe’s dashboard says why',
      },
    };
    return { changes: [{ type: 'meter.changed', key: meterId, ref: null, payload }] };
  },
});
