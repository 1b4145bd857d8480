import type { ErrorCode, Where } from '../directory/error.ts';
import { RollkeeperError } from '../directory/error.ts';
import { graphError } from './answer.ts';
import { diagnose } from './doctor.ts';
import type { Finding } from './doctor.ts';
import { shownPath } from './link.ts';
import { permissionFor, readsMembers } from './permission.ts';
import type { Failure, GivenUp } from './retry.ts';
import { causes, isTransientAnswer } from './retry.ts';
import { UnreadableAnswer } from './send.ts';
import type { GraphRequest, GraphResponse } from './transport.ts';

/** What a message says of a request. */
export type Asked = Pick<GraphRequest, 'method' | 'url'>;
/** What is looked at in an answer, be it a whole one or one of a batch. */
export type Answered = Pick<GraphResponse, 'status' | 'headers' | 'text' | 'json'>;

/** The error for an answer that is no success. */
export function refusal(asked: Asked, response: Answered, givenUp?: GivenUp): RollkeeperError {
  const { status } = response;
  if (status < 400) return badAnswer(asked, response, `the status ${status} was not expected`);
  const said = graphError(response.json);
  const found = diagnose(status, said.codes);
  const where = whereOf(asked, response, found.code);
  const path = pathUnderRoot(asked);
  const finding = status === 403 && isPermission(found.code) ? permissionFinding(path) : found;
  const quote = quoted(said.message ?? response.text);
  const head = `${asked.method} ${where.path} failed: ${[status, found.code].filter(Boolean).join(' ')}`;
  const permission = status === 403 ? permissionFor(path) : null;
  return new RollkeeperError(
    codeFor(response),
    `${head}.${tries(givenUp)} ${finding.cause}.${quote === '' ? '' : ` Graph says: “${quote}”`}`,
    {
      remedy: `${comeBack(givenUp)}${finding.remedy}`,
      where,
      facts: {
        ...givenUpFacts(givenUp),
        ...(permission === null ? {} : { permission }),
      },
    },
  );
}

/** The error for the last failure of a request that was tried as often as allowed. */
export function explainFailure(
  request: GraphRequest,
  failure: Failure,
  givenUp: GivenUp,
): RollkeeperError {
  if ('response' in failure) return refusal(request, failure.response, givenUp);
  const { error } = failure;
  if (error instanceof UnreadableAnswer) {
    return badAnswer(request, error.response, error.message, givenUp);
  }
  const { reason, remedy } = networkFinding(error);
  const path = shownPath(request.url);
  const message = `${request.method} ${path} got no answer: ${reason}.${tries(givenUp)}`;
  return new RollkeeperError('graph.failed', message, {
    remedy,
    where: { method: request.method, path },
    cause: error,
    facts: givenUpFacts(givenUp),
  });
}

/** The error for an answer that claims success and is not one: rule 15. */
export function badAnswer(
  asked: Asked,
  response: Answered,
  what: string,
  givenUp?: GivenUp,
): RollkeeperError {
  const where = whereOf(asked, response, graphError(response.json).code);
  const message = `${asked.method} ${where.path} was answered with ${response.status}, but ${what}.${tries(givenUp)}`;
  const remedy =
    'Look for a proxy or a sign-in page between here and Graph, and check MSGRAPH_GRAPH_URL; otherwise run again later.';
  return new RollkeeperError('graph.bad_answer', message, {
    remedy,
    where,
    facts: givenUpFacts(givenUp),
  });
}

function codeFor(response: Answered): ErrorCode {
  const { status } = response;
  if (status === 401) return 'graph.unauthorized';
  if (status === 403) return 'graph.forbidden';
  if (status === 404) return 'graph.not_found';
  if (isTransientAnswer(response)) return 'graph.failed';
  return status < 500 || status === 501 ? 'graph.refused' : 'graph.failed';
}

function whereOf(asked: Asked, response: Answered, graphCode: string | null): Where {
  const requestId = response.headers.get('request-id') ?? graphError(response.json).requestId;
  return {
    method: asked.method,
    path: shownPath(asked.url),
    status: response.status,
    ...(graphCode === null ? {} : { graphCode }),
    ...(requestId === null ? {} : { requestId }),
  };
}

const pathUnderRoot = ({ url }: Asked): string => shownPath(url).replace(/^.*?\/v1\.0(?=\/)/u, '');

/** Codes that a permission, and nothing more particular, is behind. */
export const isPermission = (code: string | null): boolean =>
  code === null ||
  /^(?:authorization_requestdenied|accessdenied|forbidden|unknownerror)$/iu.test(code);

/** What is missing for a request to this path, and how to give it. */
export function permissionFinding(path: string): Finding {
  const permission = permissionFor(path) ?? 'User.Read.All and GroupMember.Read.All';
  const hidden = readsMembers(path)
    ? ' If the membership of the group is hidden, Member.Read.Hidden is needed as well.'
    : '';
  return {
    cause: `The application lacks a permission: ${permission}, as an application permission and with admin consent`,
    remedy: `Have an administrator add ${permission} under API permissions (application, not delegated) and grant consent.${hidden} A token keeps the permissions that it was made with, so a grant can take an hour to show.`,
  };
}

/** Why no answer came. */
export function networkFinding(error: unknown): {
  readonly reason: string;
  readonly remedy: string;
} {
  const errors = causes(error).filter((one) => one instanceof Error);
  const coded = errors
    .map((one) => ('code' in one ? String(one.code) : ''))
    .find((code) => code !== '');
  const deepest = errors.at(-1);
  const reason = quoted(`${coded ?? ''} ${deepest?.message ?? 'unknown reason'}`);
  if (coded === 'ENOTFOUND') {
    const remedy = 'Check MSGRAPH_CLOUD, MSGRAPH_GRAPH_URL and the name service of this machine.';
    return { reason, remedy };
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL/u.test(coded ?? '')) {
    const remedy =
      'The certificate of the other side is not trusted here. Behind a proxy that inspects traffic, set NODE_EXTRA_CA_CERTS to its root certificate.';
    return { reason, remedy };
  }
  const remedy =
    'Check that this machine reaches the internet; behind a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1. Then run again.';
  return { reason, remedy };
}

function tries(givenUp: GivenUp | undefined): string {
  if (givenUp === undefined || givenUp.attempts < 2) return '';
  return ` It was tried ${givenUp.attempts} times.`;
}

function comeBack(givenUp: GivenUp | undefined): string {
  const retryAt = givenUp?.retryAt ?? null;
  return retryAt === null ? '' : `Run again after ${retryAt}, as asked. `;
}

function givenUpFacts(givenUp: GivenUp | undefined): Readonly<Record<string, string | number>> {
  if (givenUp === undefined) return {};
  const { attempts, retryAt } = givenUp;
  return { attempts, ...(retryAt === null ? {} : { retryAt }) };
}

/** Foreign text for a message: one line, without markup, tokens or length. */
export function quoted(text: string): string {
  const line = text
    .replaceAll(/<(?:script|style)[\s\S]*?<\/(?:script|style)>|<[^>]*>/giu, ' ')
    .replaceAll(/\bBearer\s+\S+/giu, 'Bearer …')
    .replaceAll(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/gu, '…')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}
