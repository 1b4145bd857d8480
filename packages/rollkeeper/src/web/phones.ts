/** Names that say what they hold. Words that also begin others count only where they stand by themselves. */
const named =
  /phone|mobile|fax|pager|telex|(?<![a-z])(?:cell|gsm|hotline|landline|tel|voip)(?![a-z])/iu;
/** A number in the international form, anywhere in a text. */
const written = /(?:^|[\s"':;,(])(?:tel:)?\+\d[\d\s()./-]{4,}\d/iu;

/** Whether an attribute holds phone numbers, as far as its name tells. */
export const namesPhones = (attribute: string): boolean =>
  named.test(attribute.replaceAll(/(?<=[a-z\d])(?=[A-Z])/gu, ' '));

/**
 * Attributes without the phone numbers in them: those of attributes, and of parts of them, that are named so; and
 * those in the international form, whatever holds them.
 */
export function withoutPhonesIn(
  attributes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const left = Object.entries(attributes)
    .filter(([name]) => !namesPhones(name))
    .map(([name, value]) => [name, withoutPhones(value)] as const);
  return Object.fromEntries(left.filter(([, value]) => value !== undefined));
}

/** undefined: it is one. */
function withoutPhones(value: unknown): unknown {
  if (typeof value === 'string') return written.test(value) ? undefined : value;
  if (Array.isArray(value)) return value.map(withoutPhones).filter((one) => one !== undefined);
  return typeof value === 'object' && value !== null ? withoutPhonesIn({ ...value }) : value;
}

/** Whether a text, or the JSON in it, holds a phone number. */
export function holdsPhones(text: string | null): boolean {
  if (text === null) return false;
  return written.test(text) || (/^[[{]/u.test(text) && hasNamed(text));
}

const hasNamed = (json: string): boolean =>
  [...json.matchAll(/"([^"\\]+)":/gu)].some(([, name = '']) => namesPhones(name));
