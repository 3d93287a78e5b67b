import { join } from 'node:path';
import { bug } from '../../domain/errors.ts';
import { defineConnector, isLive } from '../define.ts';
import { emlFolderPort } from './eml-folder.ts';
import { mailRoute } from './route.ts';
import { smtpPort } from './smtp.ts';

/** E-mail by any SMTP server; without one, `.eml` files under the data folder. */
export default defineConnector({
  id: 'email',
  title: 'E-mail',
  guarantee:
    'SMTP is at-most-once: a message whose fate is unknown (the connection broke after the server asked for it) is never ' +
    'sent again by itself; a person is asked. The .eml folder is idempotent.',
  open: (world, settings) => {
    if (!isLive(world))
      throw bug('not_live', 'a live connector was asked for outside the live world');
    const route = mailRoute(settings);
    if (route.kind === 'smtp') return smtpPort({ url: route.url, dkim: settings.dkim });
    const folder = join(settings.dataDir, 'outgoing', settings.tenantId);
    return emlFolderPort({ folder, tenantId: settings.tenantId, because: route.because });
  },
});
