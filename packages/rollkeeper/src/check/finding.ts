import { RollkeeperError } from '../directory/error.ts';
import type { ErrorCode } from '../directory/error.ts';

/** The preconditions, in the order in which they are looked at. */
export const steps = [
  'settings',
  'clock',
  'login host',
  'token',
  'tenant',
  'permissions',
  'group',
  'database',
] as const;
export type Step = (typeof steps)[number];

/** What was found about one precondition. */
export interface Finding {
  readonly step: Step;
  /** `warning`: it works and should still be looked at. `skipped`: what it needs failed before. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What is so; of a failure, its cause. */
  readonly message: string;
  /** What to do next. */
  readonly remedy?: string;
  /** Microsoft's request id, to quote to their support. */
  readonly requestId?: string;
  /** The stable code of a failure. */
  readonly code?: ErrorCode;
}

type Attempt<Value> =
  | { readonly finding: Finding }
  | { readonly finding?: never; readonly value: Value };

/** What went wrong on purpose becomes a finding; anything else is a defect of ours and is thrown. */
export async function attempt<Value>(
  step: Step,
  look: () => Promise<Value>,
): Promise<Attempt<Value>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!(error instanceof RollkeeperError) || error.code === 'interrupted') throw error;
    const { where, code, message, remedy } = error;
    const codeText = where?.graphCode === undefined ? '' : ` [${where.graphCode}]`;
    return {
      finding: {
        step,
        state: 'failed',
        message: `${message}${message.includes(where?.graphCode ?? '\n') ? '' : codeText}`,
        remedy,
        code,
        ...(where?.requestId === undefined ? {} : { requestId: where.requestId }),
      },
    };
  }
}
