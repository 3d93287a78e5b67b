import { defineJob } from './define.ts';

export default defineJob({
  id: 'maintain-database',
  title: 'Vacuum, statistics and checkpoint of the embedded database, which does none by itself',
  schedule: { everySeconds: 3_600 },
  run: async ({ db }) => db.maintain(),
});
