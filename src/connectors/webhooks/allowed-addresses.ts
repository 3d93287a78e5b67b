import ipaddr from 'ipaddr.js';
import { configError } from '../../domain/errors.ts';

type Address = ReturnType<typeof ipaddr.process>;

/** Decides which network addresses may be sent to. */
export interface AllowedAddresses {
  /** `private`: only because the installation allows it; there, plain `http` will do. */
  readonly standing: (address: string) => 'public' | 'private' | 'refused';
  readonly allowsPrivate: boolean;
}

/**
 * Only addresses of the public internet, and the ranges that the installation names (`10.2.0.0/16`, `127.0.0.1`, `::1`).
 * What a tenant enters as an address must not reach the machines behind our own firewall: loopback, private, link-local
 * (cloud metadata), shared, multicast, documentation, and IPv4 wrapped in IPv6 by any of its translations. Pure.
 * Throws `webhook_ranges_invalid`.
 */
export const allowedAddresses = (privateRanges: readonly string[]): AllowedAddresses => {
  const ranges = privateRanges.map(parseRange);
  return {
    allowsPrivate: ranges.length > 0,
    standing: (text) => {
      if (!ipaddr.isValid(text)) return 'refused';
      // An IPv4 address mapped into IPv6 reaches the IPv4 address: it is judged as that.
      const address = ipaddr.process(text);
      if (ranges.some((range) => contains(range, address))) return 'private';
      return address.range() === 'unicast' ? 'public' : 'refused';
    },
  };
};

type Range = readonly [Address, number];

const parseRange = (text: string): Range => {
  const [base = ''] = text.split('/', 1);
  try {
    // The parser would also take `10.0.0`, and read it as 10.0.0.0: nobody who writes that means it.
    if (!ipaddr.IPv4.isValidFourPartDecimal(base) && !ipaddr.IPv6.isValid(base))
      throw invalid(text);
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch {
    throw invalid(text);
  }
};

const invalid = (text: string) =>
  configError(
    'webhook_ranges_invalid',
    `\`${text}\` in RETINUE_WEBHOOK_PRIVATE is no address and no range such as 10.2.0.0/16`,
  );

const contains = ([base, bits]: Range, address: Address): boolean =>
  address.kind() === base.kind() && address.match(base, bits);
