/** Reads what strace wrote of connect, sendto, sendmsg and sendmmsg. Law: pure; what is not understood counts as elsewhere. */

const FAMILY = /sa_family=(AF_\w+)/gu;
/** Sockets of this machine: between its processes, and to its kernel. */
const LOCAL_FAMILIES: ReadonlySet<string> = new Set(['AF_UNIX', 'AF_NETLINK', 'AF_UNSPEC']);
const LOOPBACK = /inet_addr\("127\.[\d.]+"\)|inet_pton\(AF_INET6, "(?:::1|::ffff:127\.[\d.]+)"/u;

/**
 * Chromium asks whether there is a way to the public network by binding a datagram socket to this address, which sends
 * nothing, and offers no switch for it (`kIPv6ProbeAddress` in its net/dns/host_resolver_manager.cc).
 */
const BROWSER_PROBE = /\bconnect\(.*htons\(443\).*inet_pton\(AF_INET6, "2001:4860:4860::8888"/u;

/** The calls that named an address of another machine, as they were traced. */
export function placesElsewhere(trace: string): string[] {
  return trace.split('\n').filter((line) => {
    const families = [...line.matchAll(FAMILY)].map(([, family]) => family ?? '');
    const isElsewhere = families.some((family) => !LOCAL_FAMILIES.has(family));
    return isElsewhere && !LOOPBACK.test(line) && !BROWSER_PROBE.test(line);
  });
}
