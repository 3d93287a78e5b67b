import type { LedgerEntry } from '../act/ledger/ledger.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Person } from '../domain/person.ts';
import { sentenceOf } from './timeline.ts';

type Sentence = (body: JsonObject) => string;

/** Of entries that belong to no case. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  sign_in: () => 'signed in',
  'sign_in.refused': (body) => `sign-in refused${times(body)}: ${words(body['why'])}`,
  'access.refused': (body) =>
    `refused ${text(body['what'])}${times(body)}: ${words(body['why'] ?? body['code'])}`,
  'personal_data.read': (body) => `read personal data: ${text(body['what'])}`,
  'records.read': (body) =>
    `read ${body['records'] === undefined ? '' : `${text(body['records'])} records: `}${text(body['what'])}${times(body)}`,
  'secret.read': () => 'a secret was opened to read a source',
  'secret.sealed': (body) => `sealed ${text(body['count'])} secrets that stood open`,
  'key.created': () => 'made an API key',
  'key.revoked': () => 'revoked an API key',
  'person.add': () => 'added a person',
  'person.roles': () => 'changed a person’s roles',
  'person.remove': () => 'removed a person',
  'tenant.founded': () => 'founded the tenant, with its first configuration',
  'config.applied': (body) => `applied configuration ${text(body['version'])}`,
  'source.connected': () => 'connected a source',
  'source.secret_added': () => 'gave a source another secret',
  'source.secrets_retired': () => 'retired secrets of a source',
  'source.disconnected': () => 'disconnected a source',
  'webhook.added': () => 'added a webhook',
  'webhook.removed': () => 'removed a webhook',
  'webhook.rotated': () => 'gave a webhook a new secret',
};

/** What an entry says happened, in a few words. */
export const ledgerSentence = (entry: LedgerEntry, people: readonly Person[]): string =>
  SENTENCES[entry.kind]?.(entry.body) ?? sentenceOf(entry, { proposals: new Map(), people });

/** Told elsewhere in the row, or in the sentence. */
const TOLD = new Set(['from', 'what', 'why', 'times', 'records']);

/** What else its body says, `name=value`, the nested parts left out. */
export const detailsOf = ({ body }: LedgerEntry): string =>
  Object.entries(body)
    .filter(([name, value]) => !TOLD.has(name) && value !== null && !isNested(value))
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(',') : text(value)}`)
    .join(' ');

const isNested = (value: Json): boolean =>
  Array.isArray(value)
    ? value.some((each) => typeof each === 'object')
    : typeof value === 'object' && value !== null;

const times = ({ times: count }: JsonObject): string =>
  typeof count === 'number' && count > 1 ? `, ${String(count)} times` : '';

const words = (value: Json | undefined): string => text(value).replaceAll(/[._]/g, ' ');

const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
