import type { ExternalRef } from '../../domain/event.ts';
import { deriveId } from '../../domain/identifiers.ts';

/** The namespace in which an external id is our own account id: receipts and people's own entries use it. */
export const OWN_NAMESPACE = 'retinue';

/** A link's id follows from what it stands for, so that nothing has to be looked up to write by link. */
export const linkIdOf = ({ source, externalId }: ExternalRef): string =>
  deriveId('link', source, externalId);

/** The same for many: hashing each once. */
export const linkIds = (): ((ref: ExternalRef) => string) => {
  const known = new Map<string, string>();
  return (ref) => {
    const text = `${ref.source}\n${ref.externalId}`;
    const linkId = known.get(text) ?? linkIdOf(ref);
    known.set(text, linkId);
    return linkId;
  };
};

/** The id of the account that a link founds. */
export const accountIdOf = (tenantId: string, rootLinkId: string): string =>
  deriveId('acc', tenantId, rootLinkId);

/** Namespaces of people who use the product, such as `segment/user`: all that a client key may bind to a group. */
export const isUserNamespace = (source: string): boolean => /\/(user|anonymous)$/.test(source);
