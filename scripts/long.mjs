// Loaded before the tests by `npm run test:long`, on every system alike.
process.env['ROLLKEEPER_TEST_LONG'] = '1';
