// Run before tests and demo: the packages pinned in package.json put Node 24 first in PATH on
// Linux and Windows; elsewhere the machine's own Node must be new enough.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `Rollkeeper needs Node.js 24 or newer; this is ${process.version}. Install Node.js 24 LTS and run the command again.\n`,
  );
  process.exit(2);
}
