import { RollkeeperError } from '../directory/error.ts';
import { isObject } from '../graph/answer.ts';
import { explainFailure, quoted } from '../graph/explain.ts';
import { shownPath } from '../graph/link.ts';
import type { Failure, GivenUp } from '../graph/retry.ts';
import { isTransientAnswer } from '../graph/retry.ts';
import type { GraphRequest, GraphResponse } from '../graph/transport.ts';
import { findingFor, isPassing } from './aadsts.ts';

/** What can be told from the token endpoint's refusal. */
interface Refusal {
  readonly error: string | null;
  readonly description: string;
  /** The number after `AADSTS`; null: none. */
  readonly number: number | null;
  readonly traceId: string | null;
  readonly correlationId: string | null;
}

function readRefusal(json: unknown): Refusal {
  const body = isObject(json) ? json : {};
  const text = (name: string): string | null => {
    const value = body[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const description = text('error_description') ?? '';
  const listed: unknown = Array.isArray(body['error_codes']) ? body['error_codes'][0] : undefined;
  const told = /AADSTS(\d+)/u.exec(description)?.[1];
  const number = typeof listed === 'number' ? listed : Number(told ?? Number.NaN);
  return {
    error: text('error'),
    description: description.replace(/\s*Trace ID:[\s\S]*$/u, '').trim(),
    number: Number.isNaN(number) ? null : number,
    traceId: text('trace_id'),
    correlationId: text('correlation_id'),
  };
}

/** Whether the token endpoint may answer otherwise a little later, whatever its status says. */
export function isPassingRefusal(response: GraphResponse): boolean {
  if (isTransientAnswer(response)) return true;
  const { number } = readRefusal(response.json);
  return response.status >= 400 && number !== null && isPassing(number);
}

/** The error for an answer of the token endpoint that brings no token. `scrub` takes secrets out of a text. */
export function tokenRefused(
  request: GraphRequest,
  response: GraphResponse,
  scrub: (text: string) => string,
): RollkeeperError {
  const { error, description, number, traceId, correlationId } = readRefusal(response.json);
  const graphCode = number === null ? error : `AADSTS${number}`;
  const finding = findingFor(number, error);
  const path = shownPath(request.url);
  const quote = quoted(scrub(description === '' ? response.text : description));
  const requestId = traceId ?? response.headers.get('x-ms-request-id');
  const head =
    `The token was refused: POST ${path} answered ${response.status} ${graphCode ?? ''}`.trim();
  const said = quote === '' ? '' : ` Entra says: “${quote}”`;
  return new RollkeeperError('token.refused', `${head}. ${finding.cause}.${said}`, {
    remedy: finding.remedy,
    where: {
      method: 'POST',
      path,
      status: response.status,
      ...(graphCode === null ? {} : { graphCode: scrub(graphCode) }),
      ...(requestId === null ? {} : { requestId }),
    },
    facts: correlationId === null ? {} : { correlationId },
  });
}

/** The error for a token endpoint that could not be had within the limits. */
export function tokenUnreachable(
  request: GraphRequest,
  failure: Failure,
  givenUp: GivenUp,
  scrub: (text: string) => string,
): RollkeeperError {
  if ('response' in failure && failure.response.status < 500 && failure.response.status !== 429) {
    return tokenRefused(request, failure.response, scrub);
  }
  const { message, remedy, where, facts, cause } = explainFailure(request, failure, givenUp);
  return new RollkeeperError('token.unreachable', `No token could be had. ${scrub(message)}`, {
    remedy: `Check that this machine reaches ${new URL(request.url).host}. ${remedy}`,
    ...(where === undefined ? {} : { where }),
    ...(facts === undefined ? {} : { facts }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A success of the token endpoint without a usable token. */
export function badTokenAnswer(request: GraphRequest, what: string): RollkeeperError {
  const path = shownPath(request.url);
  return new RollkeeperError('token.unreachable', `POST ${path} was answered, but ${what}.`, {
    remedy: 'Look for a proxy between here and the login host, and check MSGRAPH_LOGIN_URL.',
    where: { method: 'POST', path, status: 200 },
  });
}
