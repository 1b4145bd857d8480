import { randomUUID } from 'node:crypto';
import type { Answer } from '../exchange.ts';

/** A refusal of the token endpoint: the OAuth error, the AADSTS number and what happened. */
export class TokenRefusal extends Error {
  readonly error: string;
  readonly number: number;

  constructor(error: string, number: number, message: string) {
    super(message);
    this.name = 'TokenRefusal';
    this.error = error;
    this.number = number;
  }
}

export function invalidClient(number: number, message: string): TokenRefusal {
  return new TokenRefusal('invalid_client', number, message);
}

export function invalidRequest(number: number, message: string): TokenRefusal {
  return new TokenRefusal('invalid_request', number, message);
}

/** The refusal as it is sent: `invalid_client` is a 401, all else a 400. */
export function refusalAnswer(
  refusal: TokenRefusal,
  url: string,
  now: number,
  correlation: string | undefined,
): Answer {
  const timestamp = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const trace = randomUUID();
  const correlationId = correlation ?? randomUUID();
  const told = [
    `AADSTS${refusal.number}: ${refusal.message}`,
    `Trace ID: ${trace}`,
    `Correlation ID: ${correlationId}`,
    `Timestamp: ${timestamp}`,
  ];
  return {
    status: refusal.error === 'invalid_client' ? 401 : 400,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store, no-cache',
    },
    body: {
      error: refusal.error,
      error_description: told.join('\r\n'),
      error_codes: [refusal.number],
      timestamp,
      trace_id: trace,
      correlation_id: correlationId,
      error_uri: `${url}/error?code=${refusal.number}`,
    },
  };
}
