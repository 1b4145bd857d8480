/** An error that Graph states in its body; thrown by a route, turned into an answer at the edge. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;
  /** What the inner error says beside ids and date. */
  readonly inner: Record<string, string>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Record<string, string> = {},
    inner: Record<string, string> = {},
  ) {
    super(message);
    this.name = 'GraphError';
    this.status = status;
    this.code = code;
    this.headers = headers;
    this.inner = inner;
  }
}

/** 400 with the code most malformed directory requests get. */
export function badRequest(message: string): GraphError {
  return new GraphError(400, 'Request_BadRequest', message);
}

/** 400 of the query parser, before the directory is asked. */
export function unparsable(message: string): GraphError {
  return new GraphError(400, 'BadRequest', message);
}

/** 400 for a query that the directory does not serve in this form. */
export function unsupportedQuery(message = 'Unsupported Query.'): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message);
}

/** 404 that names the object, or the relation that is not set. */
export function notFound(what: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${what}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** 403 for want of an application permission. */
export function requestDenied(): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  );
}

/** 404 for a path segment Graph does not know. */
export function unknownSegment(segment: string): GraphError {
  return unparsable(`Resource not found for the segment '${segment}'.`);
}
