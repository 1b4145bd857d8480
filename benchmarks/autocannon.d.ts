/** What is used of autocannon: it is installed when a benchmark is run, and not for the type check. */
declare module 'autocannon' {
  interface Result {
    readonly latency: { readonly p50: number; readonly p99: number };
    readonly requests: { readonly average: number };
    readonly non2xx: number;
    readonly errors: number;
  }
  export default function autocannon(options: {
    readonly url: string;
    readonly connections: number;
    /** In seconds. */
    readonly duration: number;
  }): Promise<Result>;
}
