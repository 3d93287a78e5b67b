/**
 * Stripe's API versions: a date, and since 2024-09-30 the name of the major release that it belongs to
 * (https://docs.stripe.com/api/versioning). Versions of one major release are compatible with one another.
 */

/** The first version whose invoices have a `status`; before it they had flags that mean something else. */
const OLDEST = '2018-11-08';

/** The version that this build was made with: what it asks for, and the newest it knows. */
export const API_VERSION = '2026-10-28.endive';

const VERSION = /^(\d{4}-\d{2}-\d{2})(?:\.([a-z]+))?$/;

/**
 * Why objects of an API version cannot be read, with what to do; `null` when they can. Both where a subscription's
 * billing periods stand (on the subscription, since 2025-03-31 on its items) are read.
 */
export const versionFault = (version: string | null): string | null => {
  const [, date = '', major = null] = VERSION.exec(version ?? '') ?? [];
  const [newest = '', release] = API_VERSION.split('.');
  if (date >= OLDEST && (date <= newest || major === release)) return null;
  const said = version === null ? 'names no API version' : `is of API version \`${version}\``;
  return (
    `the event ${said}, and this build reads ${OLDEST} to ${API_VERSION}: create the webhook endpoint in Stripe with ` +
    `version \`${API_VERSION}\` or update Retinue, then read what was missed with \`retinue sources reconcile\``
  );
};
