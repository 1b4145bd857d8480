/**
 * Starts the command line after making sure that this Node.js can run it. Kept in syntax that old
 * versions read, so that they can say why they stop.
 *
 * @param {string[]} leading the words that an alias stands for
 */
export function start(leading) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24) {
    process.stderr.write(
      'rollkeeper needs Node.js 24 or newer (it uses the SQLite built into it); this is ' +
        process.version +
        '.\nInstall Node.js 24 LTS from https://nodejs.org and run the command again.\n',
    );
    process.exitCode = 2;
    return Promise.resolve();
  }
  return import('../dist/cli/main.js').then(({ main }) =>
    main(leading.concat(process.argv.slice(2))),
  );
}
