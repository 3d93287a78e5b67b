import { AsyncLocalStorage } from 'node:async_hooks';

/** Whoever sits at the machine itself. */
export const THIS_MACHINE = 'this machine';

const origins = new AsyncLocalStorage<string>();

/**
 * Runs `work` as what somebody does from a place: a network, or this machine. Carried along rather than handed on, so
 * that no verb between the request and the ledger has to know of addresses.
 */
export const comingFrom = <T>(place: string, work: () => T): T => origins.run(place, work);

/** Where what is done right now comes from; `null` for what the program does by itself. */
export const whereFrom = (): string | null => origins.getStore() ?? null;

const V4 = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3}\.\d{1,3})\.\d{1,3}$/;

/**
 * The network of an address: `203.0.113.0/24`, `2001:db8:7::/48`. Enough to see where guesses come from, and not who it
 * is. The machine's own addresses are `this machine`.
 */
export const networkOf = (address: string): string => {
  const [, first, rest] = V4.exec(address) ?? [];
  if (first === '127' || address === '::1') return THIS_MACHINE;
  if (first !== undefined && rest !== undefined) return `${first}.${rest}.0/24`;
  const [head = ''] = address.split('::', 1);
  const groups = [...head.split(':'), '0', '0', '0'].slice(0, 3).map((group) => group || '0');
  return /^[0-9a-f:.%\w]+$/i.test(address) && address.includes(':')
    ? `${groups.join(':').toLowerCase()}::/48`
    : 'unknown';
};
