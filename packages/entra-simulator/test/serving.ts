import { serve as serveUnwatched, type Simulator, type SimulatorOptions } from '../src/index.ts';
import { watching } from './schema.ts';

/** Serves a tenant whose every answer is held against the schema; closing it fails where one does not hold. */
export async function serve(options: SimulatorOptions = {}): Promise<Simulator> {
  const watch = watching();
  const simulator = await serveUnwatched({ ...options, onAnswer: watch.onAnswer });
  const close = async (): Promise<void> => {
    await simulator.close();
    watch.end();
  };
  return { ...simulator, close, [Symbol.asyncDispose]: close };
}
