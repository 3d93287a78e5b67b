import type { Json, JsonObject } from '../../../domain/json.ts';
import { addressDigest, domainOfAddress, normalDomain, normalName } from './normalise.ts';

/** One thing that the records under a link say and another system's may say too. */
export interface MatchValue {
  /** `name`, `domain`, `email`, or `key:<name>`. */
  readonly kind: string;
  readonly value: string;
}

/** What a record of an account or a contact is matched by. */
export const matchValuesOf = (kind: string, data: JsonObject): MatchValue[] =>
  (kind === 'account' ? ofAccount(data) : kind === 'contact' ? ofContact(data) : []).filter(
    ({ value }) => value !== '' && value.length <= 300,
  );

const ofAccount = (data: JsonObject): MatchValue[] => [
  ...texts(data['name']).map((name) => ({ kind: 'name', value: normalName(name) })),
  ...texts(data['domain']).flatMap((text) => domainValues(normalDomain(text))),
  ...Object.entries(objectOf(data['keys'])).flatMap(([key, value]) =>
    texts(value).map((text) => ({ kind: keyKind(key), value: text.trim() })),
  ),
];

const ofContact = (data: JsonObject): MatchValue[] =>
  texts(data['email']).flatMap((email) => [
    { kind: 'email', value: addressDigest(email) },
    ...domainValues(domainOfAddress(email)),
  ]);

export const keyKind = (key: string): string => `key:${key}`;

const domainValues = (domain: string | null): MatchValue[] =>
  domain === null ? [] : [{ kind: 'domain', value: domain }];

const texts = (value: Json | undefined): string[] => (typeof value === 'string' ? [value] : []);

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
