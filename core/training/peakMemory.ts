const KIB_PER_MIB = 1024;

/** Largest resident memory of this process so far, threads included, in MiB. */
export function peakMemoryMiB(): number {
  return process.resourceUsage().maxRSS / KIB_PER_MIB;
}
