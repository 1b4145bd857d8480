import { randomBytes, timingSafeEqual } from 'node:crypto';

import { RollkeeperError } from '../directory/error.ts';
import { readAnswer } from './answer.ts';
import { establish, isPassing } from './establish.ts';
import type { EstablishParts, Trial } from './establish.ts';
import { consentUrl } from './request.ts';

/** A consent that was begun: the way to Entra, and what to do with the answer. Good for one answer. */
export interface Consent {
  /** Where the administrator goes. */
  readonly url: string;
  /** Whether an answer carries the state of this consent: what does not came from somebody else, and may be passed over. */
  belongs(answer: URLSearchParams): boolean;
  /**
   * Takes the parameters that Entra sent to the redirect URI, and keeps the tenant once a token for it works. Waits for
   * consent to reach all of Entra's servers, five minutes at most; `onDelay` is told of each such wait. Throws
   * `token.refused` where consent was not given or the answer is not one to this request.
   */
  complete(
    answer: URLSearchParams,
    options: { readonly signal: AbortSignal; readonly onDelay?: () => void },
  ): Promise<Trial>;
}

export interface BeginParts extends EstablishParts {
  readonly redirectUri: string;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

const patienceMs = 5 * 60_000;
const pauseMs = 5_000;

/** Begins a consent whose answer comes back to this process. Throws `settings.invalid` without an application id. */
export function beginConsent(parts: BeginParts): Consent {
  const { settings, redirectUri } = parts;
  const { applicationId } = settings;
  if (applicationId === null) {
    throw new RollkeeperError('settings.invalid', 'The application id is not known here.', {
      remedy: 'Set MSGRAPH_APPLICATION_ID.',
    });
  }
  const state = randomBytes(32);
  let isOpen = true;
  const belongs: Consent['belongs'] = (answer) => {
    const given = Buffer.from(answer.get('state') ?? '', 'base64url');
    return isOpen && given.length === state.length && timingSafeEqual(given, state);
  };
  return {
    url: consentUrl(settings, { applicationId, redirectUri, state: state.toString('base64url') }),
    belongs,
    complete: async (answer, { signal, onDelay = () => {} }) => {
      if (!belongs(answer)) {
        throw new RollkeeperError('token.refused', 'This answer does not belong to this consent.', {
          remedy: 'Open the address that was printed, and follow it to its end.',
        });
      }
      isOpen = false;
      return await patiently(parts, readAnswer(answer), signal, onDelay);
    },
  };
}

async function patiently(
  parts: BeginParts,
  tenantId: string,
  signal: AbortSignal,
  onDelay: () => void,
): Promise<Trial> {
  const until = parts.now() + patienceMs;
  for (;;) {
    try {
      return await establish(parts, tenantId, signal);
    } catch (error) {
      if (!isPassing(error) || parts.now() >= until) throw error;
    }
    onDelay();
    await parts.wait(pauseMs, signal);
  }
}
