import { findingFor } from '../../entra/aadsts.ts';
import { graphError, isObject } from '../../graph/answer.ts';
import type { Finding } from '../../graph/doctor.ts';
import { byCode, diagnose } from '../../graph/doctor.ts';
import { isPermission, networkFinding, permissionFinding } from '../../graph/explain.ts';

/** What an error is about, as far as its text says so. */
export interface Explained extends Finding {
  /** Where it comes from. */
  readonly from: 'Graph' | 'the login of Entra' | 'the network';
  /** HTTP status; null: the text names none. */
  readonly status: number | null;
  /** Graph's code, `AADSTS` with its number, or the network's code. */
  readonly code: string | null;
  /** What to quote to Microsoft; null: the text names none. */
  readonly requestId: string | null;
}

/** The longest text that is looked at. */
export const longest = 20_000;
/** Failures of one batch that are explained. */
const most = 5;

/**
 * Explains the text of an error, whatever was copied: an answer of Graph or of the token endpoint, a batch, a line of a log.
 * Nothing is kept. An empty list: it is not recognised.
 */
export function explainText(given: string): readonly Explained[] {
  const text = given.slice(0, longest);
  const json = jsonIn(text);
  const fromJson = json === null ? [] : explainJson(json, statusIn(text));
  if (fromJson.length > 0) return fromJson;
  const one = explainLogin(text) ?? explainWords(text) ?? explainNetwork(text);
  return one === null ? [] : [one];
}

/** The JSON object in a text, with or without words around it. */
function jsonIn(text: string): unknown {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')];
  if (from === -1 || to < from) return null;
  try {
    return JSON.parse(text.slice(from, to + 1));
  } catch {
    return null;
  }
}

function explainJson(json: unknown, status: number | null): readonly Explained[] {
  if (!isObject(json)) return [];
  const { responses, error } = json;
  if (Array.isArray(responses)) {
    return responses
      .filter(isObject)
      .filter((one) => typeof one['status'] === 'number' && one['status'] >= 400)
      .slice(0, most)
      .flatMap((one) => explainJson(one['body'], Number(one['status'])));
  }
  if (typeof error === 'string') return [explainToken(json, error, status)];
  if (error === undefined) return [];
  const { codes, requestId } = graphError(json);
  return [explainGraph(status, codes, requestId)];
}

function explainToken(
  body: Readonly<Record<string, unknown>>,
  error: string,
  status: number | null,
): Explained {
  const { error_codes: listed, error_description: description, trace_id: trace } = body;
  const first: unknown = Array.isArray(listed) ? listed[0] : undefined;
  const number = typeof first === 'number' ? first : numberIn(String(description));
  return {
    ...findingFor(number, error),
    from: 'the login of Entra',
    status,
    code: number === null ? error : `AADSTS${number}`,
    requestId: typeof trace === 'string' ? trace : null,
  };
}

const numberIn = (text: string): number | null => {
  const found = /AADSTS(\d{3,9})/iu.exec(text)?.[1];
  return found === undefined ? null : Number(found);
};

function explainLogin(text: string): Explained | null {
  const number = numberIn(text);
  const error = /\b(?:invalid_client|unauthorized_client|invalid_grant|invalid_scope)\b/u.exec(
    text,
  )?.[0];
  if (number === null && error === undefined) return null;
  return {
    ...findingFor(number, error ?? null),
    from: 'the login of Entra',
    status: statusIn(text),
    code: number === null ? (error ?? null) : `AADSTS${number}`,
    requestId: /Trace ID:\s*([\da-f-]{36})/iu.exec(text)?.[1] ?? null,
  };
}

/** Codes that a text in words may name, and that have no finding of their own. */
const otherCodes = ['authorization_requestdenied', 'accessdenied', 'forbidden'];

/** A line such as `format 500: The operation has timed out. ('generalException')`. */
function explainWords(text: string): Explained | null {
  const words = text.match(/[A-Za-z][A-Za-z_]{5,60}/gu) ?? [];
  const codes = words.filter((word) => {
    const code = word.toLowerCase();
    return (code in byCode || otherCodes.includes(code)) && looksLikeCode(word, text);
  });
  const status = statusIn(text);
  if (codes.length === 0 && status === null) return null;
  const requestId = /request-?id\W{1,4}([\da-f-]{36})/iu.exec(text)?.[1] ?? null;
  return explainGraph(status, codes, requestId);
}

/** A word of a sentence is no code: a code has a capital or a line inside it, or stands in quotes. */
const looksLikeCode = (word: string, text: string): boolean =>
  /[a-z][A-Z]|_/u.test(word) || text.includes(`'${word}'`) || text.includes(`"${word}"`);

function explainGraph(
  status: number | null,
  codes: readonly string[],
  requestId: string | null,
): Explained {
  const { code, ...found } = diagnose(status ?? 400, codes);
  const lacks = code === null ? status === 403 : isPermission(code) && (status ?? 403) === 403;
  const finding = lacks ? permissionFinding('') : found;
  return { ...finding, from: 'Graph', status, code, requestId };
}

function explainNetwork(text: string): Explained | null {
  const code =
    /\b(?:ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|ETIMEDOUT|EPIPE|UND_ERR_[A-Z_]+|(?:DEPTH_ZERO_)?SELF_SIGNED[A-Z_]*|UNABLE_TO_[A-Z_]+|CERT_[A-Z_]+|ERR_(?:TLS|SSL)_[A-Z_]+)\b/u.exec(
      text,
    )?.[0];
  if (code === undefined) return null;
  const { remedy } = networkFinding(Object.assign(new Error(code), { code }));
  return {
    cause: 'No answer came: the connection to the other side failed',
    remedy,
    from: 'the network',
    status: null,
    code,
    requestId: null,
  };
}

/** `format 500:`, `HTTP/1.1 500`, `failed: 500`, `status code 500`, `-> 500`; or a line that begins with it. */
function statusIn(text: string): number | null {
  const found =
    /(?:HTTP\/[\d.]+ |\bstatus(?: code)?\W{1,3}|\b(?:failed|answered|error|code|format):? |-> ?|^)\(?([45]\d\d)(?![\d.\w-])/imu.exec(
      text,
    )?.[1];
  return found === undefined ? null : Number(found);
}
