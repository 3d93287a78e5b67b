import { addHours, epochMilliseconds } from '../domain/time.ts';
import { openUploads, uploadsFolder } from '../platform/uploads/uploads.ts';
import { defineJob } from './define.ts';

const KEPT_HOURS = 24;

export default defineJob({
  id: 'purge-uploads',
  title: 'Delete files that were sent for a command which never read them',
  schedule: { cron: '50 3 * * *' },
  run: async ({ clock, outside }) => {
    const before = epochMilliseconds(addHours(clock.now(), -KEPT_HOURS));
    await openUploads(uploadsFolder(outside.dataDir)).purge(before);
  },
});
