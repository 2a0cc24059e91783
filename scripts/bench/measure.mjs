// Loaded before a contender: writes to the file that BENCH_REPORT names what the operating system counted for this process,
// and how late its event loop was. Says nothing else and changes nothing. Plain JavaScript, since what strips types from a
// module takes 30 MB of memory, which would be counted for the contender.
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const path = process.env['BENCH_REPORT'];

if (path !== undefined) {
  const resolutionMs = 10;
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  process.on('exit', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const measured = {
      rssMb: maxRSS / 1024,
      cpuS: (userCPUTime + systemCPUTime) / 1e6,
      loopDelayMaxMs: Math.max(0, delay.max / 1e6 - resolutionMs),
      loopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - resolutionMs),
    };
    writeFileSync(path, JSON.stringify(measured));
  });
}
