/** The access key of every benchmark's administrator; it protects made-up values only. */
export const ADMINISTRATOR = {
  accessKeyId: 'AKIABENCHMARKBENCHMA',
  secretAccessKey: 'benchmark/benchmark/benchmark/benchmark1',
}
