export default {
  // It reads files of its own and works in threads: Node loads it as it is.
  serverExternalPackages: ['rollkeeper'],
  // The address of the overview ends with a slash.
  skipTrailingSlashRedirect: true,
};
