import { BlockList, isIP } from 'node:net';

import { InvalidArgumentError } from 'commander';

/** Proxies by address or subnet, separated by commas: `127.0.0.1,10.0.0.0/8,fd00::/8`. */
export function proxies(text: string): BlockList {
  const trusted = new BlockList();
  for (const one of text.split(',').map((part) => part.trim())) {
    const [address = '', bits] = one.split('/');
    const family = familyOf(address);
    const most = family === 'ipv4' ? 32 : 128;
    const length = bits === undefined ? most : /^\d{1,3}$/u.test(bits) ? Number(bits) : Infinity;
    if (family === null || length > most) {
      throw new InvalidArgumentError(`“${one}” is neither an address nor a subnet.`);
    }
    trusted.addSubnet(address, length, family);
  }
  return trusted;
}

/**
 * Who sent a request: the address at the other end, or, where that is a trusted proxy, what it put last into
 * `X-Forwarded-For`; and so on, as long as those are trusted proxies too. What others put there is not believed.
 */
export function senderOf(
  peer: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList,
): string | undefined {
  const named = (forwardedFor ?? '').split(',').map((part) => bare(part.trim()));
  let sender = peer;
  while (sender !== undefined && isTrusted(sender, trusted)) {
    const before = named.pop();
    if (before === undefined || familyOf(before) === null) break;
    sender = before;
  }
  return sender;
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const plain = bare(address);
  const family = familyOf(plain);
  return family !== null && trusted.check(plain, family);
}

/** An IPv4 address that came by IPv6 is one of IPv4. */
const bare = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/iu, '');

const familyOf = (address: string): 'ipv4' | 'ipv6' | null =>
  isIP(address) === 4 ? 'ipv4' : isIP(address) === 6 ? 'ipv6' : null;
