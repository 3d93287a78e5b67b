import { z } from 'zod';
import { CHOICES, choosePreferences, preferencesOf } from '../../act/outbox/preferences.ts';
import { suppressMark } from '../../act/outbox/suppression.ts';
import {
  readUnsubscribe,
  verifyUnsubscribe,
  type Unsubscribe,
} from '../../act/outbox/unsubscribe.ts';
import { inputError } from '../../domain/errors.ts';
import { currentConfig } from '../../platform/config/store.ts';
import type { TenantTx } from '../../platform/db/database.ts';
import { listTenants } from '../../platform/tenant-store.ts';
import { defineResource, defineRoute, type Services } from '../define.ts';
import { noParams } from '../schemas.ts';
import { askPage, donePage, type Shown } from './pages.ts';
import { offeredLanguages } from './words.ts';

const params = z.object({ token: z.string().min(1).max(2000) });

const access = {
  kind: 'public',
  because: 'the link is signed, for one recipient and one kind of message',
  inLink: true,
} as const;

const html = { takes: 'bytes', limitBytes: 4096, answers: 'html', response: z.string() } as const;

/** Programs that look at mail before people do follow every link: looking changes nothing. */
export const unsubscribePageRoute = defineRoute({
  id: 'showUnsubscribe',
  method: 'get',
  path: '/unsubscribe/{token}',
  summary: 'Ask whether to unsubscribe, and which messages are wanted in which language',
  access,
  params,
  query: noParams,
  body: null,
  answers: 'html',
  response: z.string(),
  handle: async ({ services, params: { token } }) =>
    withLink(services, token, async (tx, link) => {
      const shown = await shownTo(tx, link, token);
      return shown.preferences.wanted.includes(link.category) ? askPage(shown) : donePage(shown);
    }),
});

/** What mail programs send for the one click of RFC 8058, and the page's own button. The same again changes nothing. */
export const unsubscribeRoute = defineRoute({
  id: 'unsubscribe',
  method: 'post',
  path: '/unsubscribe/{token}',
  summary: 'Unsubscribe with one click (RFC 8058)',
  access,
  params,
  query: noParams,
  // `List-Unsubscribe=One-Click` as a form of either kind, or nothing: the link says all.
  body: z.unknown(),
  ...html,
  handle: async ({ services, params: { token } }) =>
    withLink(services, token, async (tx, link) => {
      const change = { reason: 'unsubscribed', by: 'recipient', now: services.now() };
      await suppressMark(tx, link, { ...change, category: link.category });
      return donePage(await shownTo(tx, link, token));
    }),
});

export const choosePreferencesRoute = defineRoute({
  id: 'choosePreferences',
  method: 'post',
  path: '/unsubscribe/{token}/preferences',
  summary: 'Say which messages are wanted, and in which language (a form of the page)',
  access,
  params,
  query: noParams,
  body: z.instanceof(Buffer, { error: 'send the form of the page' }),
  ...html,
  handle: async ({ services, params: { token }, body }) =>
    withLink(services, token, async (tx, link) => {
      const form = new URLSearchParams(body.toString('utf8'));
      const { templates } = await currentConfig(tx);
      const language = form.get('language') ?? '';
      await choosePreferences(tx, link, {
        wanted: CHOICES.filter((choice) => form.getAll('wanted').includes(choice)),
        language: offeredLanguages(templates).has(language) ? language : null,
        now: services.now(),
      });
      return askPage({ ...(await shownTo(tx, link, token)), saved: true });
    }),
});

const shownTo = async (tx: TenantTx, link: Unsubscribe, token: string): Promise<Shown> => {
  const { name, templates } = await currentConfig(tx);
  const preferences = await preferencesOf(tx, link);
  return {
    ...{ name, preferences, hint: link.hint, languages: offeredLanguages(templates) },
    language: preferences.language ?? link.language,
    formAt: `/unsubscribe/${token}/preferences`,
  };
};

/** Opens the tenant that the link names, if it is one and has signed it. */
const withLink = async <T>(
  { db }: Services,
  token: string,
  work: (tx: TenantTx, link: Unsubscribe) => Promise<T>,
): Promise<T> => {
  const link = readUnsubscribe(token);
  const tenants = link === null ? [] : await listTenants(db);
  if (link === null || !tenants.some(({ id }) => id === link.tenantId)) throw brokenLink();
  return db.withTenant(link.tenantId, async (tx) => {
    if (!(await verifyUnsubscribe(tx, token))) throw brokenLink();
    return work(tx, link);
  });
};

const brokenLink = () =>
  inputError(
    'link_not_found',
    'this link is not one of ours, or was cut off: copy all of it, or answer the message and say so',
  );

export default defineResource({
  id: 'unsubscribe',
  title: 'Where advertising says how to end it, and what else is wanted',
  routes: [unsubscribePageRoute, unsubscribeRoute, choosePreferencesRoute],
});
