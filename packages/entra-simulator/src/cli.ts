import { readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import type { Fault } from './faults.ts';
import type { SimulatorOptions } from './options.ts';
import { serve } from './serve.ts';

const help = `entra-simulator: a pretend Microsoft Entra tenant over HTTP or HTTPS, on this machine only.

Usage: entra-simulator [options]

  --users N       users in the tenant (1000)
  --members N     users in the group (80 % of the users)
  --group NAME    the name of the group (kbuk)
  --seed N        another tenant of the same kind (1)
  --port N        the port; 0: any that is free (0)
  --latency MS    charged per request, and a tenth of it more per request inside a batch (0)
  --no-nested     every member of the group is a direct one
  --no-odd        without the odd cases
  --tls FILE      HTTPS; the certificate, made at the start, is written to this file, for NODE_EXTRA_CA_CERTS
  --faults FILE   faults to make, as a JSON array of { match, nth, times, status, headers, body, delayMs, reset, truncate, hang }
  --help          this text

It prints the settings to use, and serves until it is told to stop (Ctrl-C).
`;

/** Serves a tenant as the words ask, and prints the settings to use as lines for a shell. */
export async function main(words: readonly string[]): Promise<void> {
  const asked = read(words);
  if (asked === null) return;
  const { options, faults, certificateFile } = asked;
  const simulator = await serve(options);
  for (const fault of faults) simulator.faults.add(fault);
  const settings = Object.entries({
    ...simulator.settings,
    ...written(simulator.certificate, certificateFile),
  }).map(([name, value]) => `export ${name}=${quoted(value)}`);
  process.stdout.write(`${settings.join('\n')}\n`);
  process.stderr.write(`Serving at ${simulator.url} until Ctrl-C.\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
}

interface Serving {
  readonly options: SimulatorOptions;
  /** Where the certificate is written to; `undefined`: plain HTTP. */
  readonly certificateFile: string | undefined;
  readonly faults: readonly Fault[];
}

/** null: the help was printed, or what was wrong. */
function read(words: readonly string[]): Serving | null {
  try {
    const { values } = parseArgs({
      args: [...words],
      allowNegative: true,
      options: {
        users: { type: 'string' },
        members: { type: 'string' },
        group: { type: 'string' },
        seed: { type: 'string' },
        port: { type: 'string' },
        latency: { type: 'string' },
        nested: { type: 'boolean', default: true },
        odd: { type: 'boolean', default: true },
        tls: { type: 'string' },
        faults: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      return null;
    }
    const options: SimulatorOptions = {
      // Nobody can ask for them here, and those of a large tenant take hundreds of megabytes.
      keepRequests: 0,
      nested: values.nested,
      odd: values.odd,
      tls: values.tls !== undefined,
      ...numbered('users', values.users),
      ...numbered('members', values.members),
      ...numbered('seed', values.seed),
      ...numbered('port', values.port),
      ...numbered('latencyMs', values.latency),
      ...(values.group === undefined ? {} : { groupName: values.group }),
    };
    const certificateFile = values.tls === undefined ? undefined : resolve(values.tls);
    return {
      options,
      certificateFile,
      faults: values.faults === undefined ? [] : readFaults(values.faults),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exitCode = 2;
    return null;
  }
}

/** Writes the certificate, and says by which variable Node trusts it. */
function written(
  certificate: string | undefined,
  file: string | undefined,
): Readonly<Record<string, string>> {
  if (certificate === undefined || file === undefined) return {};
  writeFileSync(file, certificate);
  return { NODE_EXTRA_CA_CERTS: file };
}

function numbered<Name extends string>(
  name: Name,
  text: string | undefined,
): Partial<Record<Name, number>> {
  if (text === undefined) return {};
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`“${text}” is not a number.`);
  return { [name]: number } as Partial<Record<Name, number>>;
}

function readFaults(file: string): readonly Fault[] {
  const faults: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!Array.isArray(faults)) throw new Error(`${file} does not hold a JSON array of faults.`);
  return faults as readonly Fault[];
}

const quoted = (value: string): string => `'${value.replaceAll("'", String.raw`'\''`)}'`;
