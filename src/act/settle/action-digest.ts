import { digest } from '../../domain/identifiers.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Preview } from '../../domain/proposal.ts';

/**
 * What an approval binds to: the tool and its version, the arguments, the quote, the recipient and what they are asked
 * for. Words may be rendered again; if any of these moves it is another action.
 */
export const actionDigest = (
  tool: { readonly id: string; readonly version: string | null },
  args: JsonObject,
  preview: Preview,
): string =>
  digest({
    tool: tool.id,
    version: tool.version,
    args,
    port: preview.port,
    outward: preview.outward,
    category: preview.category,
    recipient:
      preview.recipient === null
        ? null
        : { contactId: preview.recipient.contactId, email: preview.recipient.email },
    template: preview.message?.templateId ?? null,
    quoteHash: preview.quoteHash,
    money: preview.money === null ? null : { ...preview.money },
    discountBasisPoints: preview.discountBasisPoints,
  });

/** What people would read: compared when a proposal is first settled, so that only a tool's own words are filed. */
export const wordsDigest = ({ message, task }: Preview): string =>
  digest({
    message: message === null ? null : asJson(message),
    task: task === null ? null : { ...task },
  });

/** Interfaces of readonly JSON members, which TypeScript cannot see to be JSON. */
const asJson = (value: object): JsonObject => value as JsonObject;

/** Tool and arguments alone: equal ones on one account are the same deed, whatever case asks for it. */
export const deedDigest = (tool: string, args: JsonObject): string => digest([tool, args]);

/** What PostgreSQL keeps of JSON: it refuses the null character and halves of characters. */
export const storable = <J extends Json>(value: J): J => clean(value) as J;

const clean = (value: Json): Json => {
  if (typeof value === 'string') return value.replace(/\0|\p{Surrogate}/gu, '\ufffd');
  if (Array.isArray(value)) return value.map((member: Json) => clean(member));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, member]) => [
      clean(key) as string,
      clean(member),
    ]),
  );
};
