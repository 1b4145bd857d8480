/** `npm run test:long`: every combination instead of a part of them. */
export const long = process.env['ROLLKEEPER_TEST_LONG'] === '1';
