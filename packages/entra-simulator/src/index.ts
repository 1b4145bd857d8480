/** The major version of Node.js that this package is written for. */
export const nodeMajor = 24;
