import type { Answer } from '../exchange.ts';

const jsonHeaders = {
  'Content-Type':
    'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
  'OData-Version': '4.0',
};

/** 200 with a body. */
export function reply(body: unknown, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { ...jsonHeaders, ...headers }, body };
}

/** 200 with a number as text. */
export function replyCount(count: string): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'text/plain', 'OData-Version': '4.0' },
    body: count,
  };
}
