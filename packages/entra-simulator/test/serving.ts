import { serve as serveUnwatched, type Simulator, type SimulatorOptions } from '../src/index.ts';
import { watching } from './schema.ts';

/** Serves a tenant whose every answer is held against the schema; closing it fails where one does not hold. */
export async function serve(options: SimulatorOptions = {}): Promise<Simulator> {
  const watch = watching();
  const simulator = await serveUnwatched({ ...options, onAnswer: watch.onAnswer });
  const ended = simulator.close;
  const close = async (): Promise<void> => {
    await ended();
    watch.end();
  };
  return Object.assign(simulator, { close, [Symbol.asyncDispose]: close });
}
