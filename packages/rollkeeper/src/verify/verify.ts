import { RollkeeperError } from '../directory/error.ts';
import { aboutDelta } from './delta.ts';
import { aboutGroups } from './groups.ts';
import { aboutManagers } from './managers.ts';
import { notSeen } from './question.ts';
import type { Ground, Question, Seen } from './question.ts';
import { aboutUsers } from './users.ts';

/** Every question, in the order of the report. */
export const questions: readonly Question[] = [
  ...aboutUsers,
  ...aboutManagers,
  ...aboutGroups,
  ...aboutDelta,
];

/** A question with what was seen. */
export interface Answer {
  readonly question: Question;
  readonly seen: Seen;
}

/**
 * Asks one question after the other; every request only reads. A failure that concerns one request makes that question
 * `not seen`; without a token, or when interrupted, it throws.
 */
export async function* verifying(ground: Ground): AsyncGenerator<Answer> {
  for (const question of questions) {
    yield { question, seen: await askOne(question, ground) };
  }
}

async function askOne(question: Question, ground: Ground): Promise<Seen> {
  try {
    return await question.ask(ground);
  } catch (error) {
    if (!(error instanceof RollkeeperError) || !concernsOneRequest(error)) throw error;
    const { status, graphCode } = error.where ?? {};
    const told = [status, graphCode].filter((part) => part !== undefined).join(' ');
    return notSeen(`The request failed: ${error.code}${told === '' ? '' : ` (${told})`}.`);
  }
}

const concernsOneRequest = ({ code }: RollkeeperError): boolean =>
  code.startsWith('graph.') && code !== 'graph.unauthorized';
