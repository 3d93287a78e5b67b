/** How long a piece of work took: by the wall, and of this process's processors. In seconds. */
export interface Timed<T> {
  readonly value: T;
  readonly seconds: number;
  readonly processorSeconds: number;
}

export const timed = async <T>(work: () => Promise<T>): Promise<Timed<T>> => {
  const [cpu, start] = [process.cpuUsage(), performance.now()];
  const value = await work();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { value, seconds, processorSeconds: (user + system) / 1e6 };
};

/** The value below which that share of the sample lies. Sorts the sample. */
export const percentile = (sample: number[], share: number): number =>
  sample.sort((a, b) => a - b)[Math.min(sample.length - 1, Math.floor(sample.length * share))] ?? 0;

export const median = (sample: number[]): number => percentile(sample, 0.5);

export const whole = (amount: number): string => Math.round(amount).toLocaleString('en-US');

export const seconds = (amount: number): string =>
  `${amount < 10 ? amount.toFixed(2) : amount.toFixed(1)} s`;

export const times = (amount: number): string => `${amount.toFixed(amount < 10 ? 1 : 0)}×`;

export const share = (amount: number): string => `${(amount * 100).toFixed(0)} %`;

/** Peak memory of this process so far, and what it holds now, in megabytes. */
export const peakMegabytes = (): number => process.resourceUsage().maxRSS / 1024;
export const heldMegabytes = (): number => process.memoryUsage().rss / 1_048_576;
