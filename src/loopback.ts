const loopbackHosts = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);

/** True when the host name or address can only mean this machine. */
export function isLoopbackHost(hostname: string): boolean {
  return loopbackHosts.has(hostname) || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname);
}
