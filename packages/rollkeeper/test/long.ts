/** `npm run test:long`: every combination instead of a part of them. */
export const long = process.env['ROLLKEEPER_TEST_LONG'] === '1';

/** What a property is tried with: the same stories each time in the short form, others each time in the long one. */
export const seeded: { readonly seed?: number } = long ? {} : { seed: 1 };
