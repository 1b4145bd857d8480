import { guidOf, indexOfGuid, mix } from './hash.ts';
import { departments, leadTitles, namePools, type Name, type NamePool } from './names.ts';

/** What everything generated about one person is derived from. */
export interface Person {
  readonly index: number;
  readonly seed: number;
  readonly domain: string;
  readonly hash: number;
  readonly pool: NamePool;
  readonly given: Name;
  readonly family: Name;
  readonly guest: boolean;
}

type Write = (person: Person) => unknown;

const firstDay = Date.UTC(2012, 0, 1);
const partner = 'tailspin.example';
const licence = '4f2d1c9a-6b3e-4c58-9d70-2a81c5e0b7f3';
const poolWheel = namePools.flatMap((pool) => Array.from({ length: pool.weight }, () => pool));
const span = 8;

function pick<T>(list: readonly T[], hash: number): T {
  const chosen = list[hash % list.length];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}

function roll(person: Person, salt: number): number {
  return mix(person.hash, salt);
}

function department(person: Person): (typeof departments)[number] {
  return pick(departments, roll(person, 3));
}

function depth(index: number): number {
  let level = 0;
  for (let at = index; at > 0; at = Math.floor((at - 1) / span)) level += 1;
  return level;
}

function shownName(person: Person): string {
  const [given] = person.given;
  const [family] = person.family;
  return person.pool.familyFirst ? family + given : `${given} ${family}`;
}

function nickname(person: Person): string {
  return `${person.given[1]}.${person.family[1]}${person.index}`;
}

function upn(person: Person): string {
  return person.guest
    ? `${nickname(person)}_${partner}#EXT#@${person.domain}`
    : `${nickname(person)}@${person.domain}`;
}

function mail(person: Person): string {
  return `${nickname(person)}@${person.guest ? partner : person.domain}`;
}

function instant(person: Person, salt: number, days: number): string {
  const at = firstDay + (roll(person, salt) % (days * 86_400)) * 1000;
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function phone(person: Person, salt: number): string {
  const digits = String(roll(person, salt) % 10_000_000).padStart(7, '0');
  return `+44 20 ${digits.slice(0, 3)}${digits.slice(3, 4)} ${digits.slice(3)}`;
}

function synchronised(person: Person): boolean {
  return !person.guest && roll(person, 5) % 3 !== 0;
}

function extensionAttributes(person: Person): Record<string, string | null> {
  const attributes: Record<string, string | null> = {};
  for (let n = 1; n <= 15; n += 1) attributes[`extensionAttribute${n}`] = null;
  if (synchronised(person)) attributes['extensionAttribute1'] = `site-${roll(person, 6) % 40}`;
  return attributes;
}

function title(person: Person): string {
  const level = depth(person.index);
  const lead = person.index < 600 ? leadTitles[level] : undefined;
  return lead ?? pick(department(person)[1], roll(person, 4));
}

/** How each property of a generated user is derived; what is not here was never set. */
export const writings: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['userPrincipalName', upn],
  ['displayName', shownName],
  ['givenName', (p) => p.given[0]],
  ['surname', (p) => p.family[0]],
  ['mail', mail],
  ['mailNickname', nickname],
  ['jobTitle', title],
  ['department', (p) => department(p)[0]],
  ['companyName', (p) => (p.guest ? 'Tailspin' : 'Larkfield')],
  ['officeLocation', (p) => `${1 + (roll(p, 7) % 30)}/${1000 + (roll(p, 8) % 200)}`],
  ['employeeId', (p) => (p.guest ? undefined : `E${String(100_000 + p.index)}`)],
  [
    'employeeType',
    (p) => (p.guest ? undefined : pick(['Employee', 'Contractor', 'Apprentice'], roll(p, 9))),
  ],
  ['employeeHireDate', (p) => (p.guest ? undefined : instant(p, 10, 4900))],
  ['mobilePhone', (p) => (roll(p, 11) % 4 === 0 ? undefined : phone(p, 12))],
  ['businessPhones', (p) => (roll(p, 13) % 3 === 0 ? [] : [phone(p, 14)])],
  ['accountEnabled', () => true],
  ['userType', (p) => (p.guest ? 'Guest' : 'Member')],
  ['createdDateTime', (p) => instant(p, 15, 5300)],
  ['city', (p) => p.pool.city],
  ['country', (p) => p.pool.country],
  ['usageLocation', (p) => p.pool.usage],
  ['preferredLanguage', (p) => (roll(p, 16) % 5 === 0 ? undefined : p.pool.language)],
  ['otherMails', (p) => (p.guest ? [mail(p)] : [])],
  ['proxyAddresses', (p) => (p.guest ? [] : [`SMTP:${mail(p)}`])],
  ['assignedLicenses', (p) => (p.guest ? [] : [{ skuId: licence, disabledPlans: [] }])],
  ['onPremisesExtensionAttributes', extensionAttributes],
  ['onPremisesSyncEnabled', (p) => (synchronised(p) ? true : undefined)],
  [
    'onPremisesImmutableId',
    (p) => (synchronised(p) ? Buffer.from(`anchor-${p.index}`).toString('base64') : undefined),
  ],
  ['onPremisesSamAccountName', (p) => (synchronised(p) ? `u${p.index}` : undefined)],
  ['creationType', (p) => (p.guest ? 'Invitation' : undefined)],
  ['externalUserState', (p) => (p.guest ? 'Accepted' : undefined)],
]);

/** Derives people from a seed, one property at a time, and finds them again by id and user name. */
export class People {
  readonly count: number;
  readonly domain: string;
  readonly #seed: number;

  constructor(seed: number, count: number, domain: string) {
    this.#seed = seed;
    this.count = count;
    this.domain = domain;
  }

  person(index: number): Person {
    const hash = mix(this.#seed, index);
    const pool = pick(poolWheel, mix(hash, 1));
    return {
      index,
      seed: this.#seed,
      domain: this.domain,
      hash,
      pool,
      given: pick(pool.given, mix(hash, 2)),
      family: pick(pool.family, mix(hash, 20)),
      guest: index > span && mix(hash, 21) % 40 === 0,
    };
  }

  id(index: number): string {
    return guidOf(this.#seed, index);
  }

  indexOfId(id: string): number | undefined {
    const index = indexOfGuid(this.#seed, id);
    return index !== undefined && index < this.count ? index : undefined;
  }

  indexOfUpn(lowerCased: string): number | undefined {
    const digits = /(\d+)(?:_[^@]*)?@/.exec(lowerCased)?.[1];
    if (digits === undefined) return undefined;
    const index = Number(digits);
    if (index >= this.count) return undefined;
    return upn(this.person(index)).toLowerCase() === lowerCased ? index : undefined;
  }

  /** The index of the manager in the generated tree; none for the first person. */
  managerOf(index: number): number | undefined {
    return index === 0 || index >= this.count ? undefined : Math.floor((index - 1) / span);
  }

  /** The indexes of the generated direct reports. */
  reportsOf(index: number): number[] {
    const first = index * span + 1;
    const reports: number[] = [];
    for (let at = first; at < first + span && at < this.count; at += 1) reports.push(at);
    return reports;
  }
}
