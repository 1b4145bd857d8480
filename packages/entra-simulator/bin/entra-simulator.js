#!/usr/bin/env node
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    'entra-simulator needs Node.js 24 or newer; this is ' +
      process.version +
      '.\nInstall Node.js 24 LTS from https://nodejs.org and run the command again.\n',
  );
  process.exitCode = 2;
} else {
  const { main } = await import('../dist/cli.js');
  await main(process.argv.slice(2));
}
