/**
 * A logger as pino is one: facts first, then a sentence. `child` gives one that adds facts to every line.
 * https://github.com/pinojs/pino/blob/main/docs/api.md
 */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: object): Logger;
}

/** Says nothing. */
export const silent: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};
