import type { OpenOptions } from './connect.ts';
import { connect } from './connect.ts';
import { decodeId } from './graph/decode.ts';
import { queries } from './graph/queries.ts';
import { findScope } from './run/scope.ts';
import type { TenantSettings } from './settings/settings.ts';
import { itemsOf } from './verify/question.ts';
import { reportOf } from './verify/report.ts';
import type { Answer } from './verify/verify.ts';
import { verifying } from './verify/verify.ts';

export interface VerifyOptions extends OpenOptions {
  /** What the report says it was written by. */
  readonly version: string;
  /** Told of each answer as it comes. */
  readonly onAnswer?: (answer: Answer) => void;
}

/** Asks one tenant what the documentation leaves open, and gives the report in Markdown. Nothing is written anywhere. */
export async function verifyTenant(
  settings: TenantSettings,
  { version, onAnswer = () => {}, ...options }: VerifyOptions,
): Promise<string> {
  const { signal = new AbortController().signal } = options;
  const connected = connect(settings, options);
  let units: number | null = null;
  const graph = connected.graph('Low', (event) => {
    units = event.units;
  });
  const [organization = {}] = itemsOf(await graph.get(queries.organization(), { signal }));
  const { scope } = await findScope(graph, connected.connection, null, signal);
  const groupId = scope.kind === 'all' ? null : scope.groupId;
  const answers: Answer[] = [];
  for await (const answer of verifying({ graph, groupId, units: () => units, signal })) {
    answers.push(answer);
    onAnswer(answer);
  }
  return reportOf(answers, {
    version,
    tenant: decodeId(organization),
    graphUrl: settings.graphUrl,
    at: new Date(),
    requests: graph.tally().requests,
  });
}
