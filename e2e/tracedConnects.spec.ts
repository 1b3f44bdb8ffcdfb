import { placesElsewhere } from './tracedConnects.ts';
import { expect, test } from './studio.ts';

test('of traced calls, those to another machine are found, and nothing else', ({ shellName }) => {
  test.skip(shellName !== 'browser', 'It is about no shell.');
  const local = [
    '1 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
    '1 connect(3, {sa_family=AF_UNIX, sun_path="/tmp/a"}, 9) = 0',
    '1 connect(3, {sa_family=AF_INET6, sin6_port=htons(80), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = 0',
    '1 sendto(3, "a 10.0.0.1", 10, MSG_NOSIGNAL, NULL, 0) = 10',
    '1 +++ exited with 0 +++',
  ];
  const probe =
    'connect(22, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "2001:4860:4860::8888", &sin6_addr), sin6_scope_id=0}, 28) = -1';
  const elsewhere = [
    '1 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.1")}, 16) = -1',
    '1 sendto(3, "a", 1, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("8.8.8.8")}, 16) = 1',
    `1 ${probe.replace('connect(', 'sendto(')}`,
  ];
  expect(placesElsewhere([...local, `1 ${probe}`, ...elsewhere].join('\n'))).toEqual(elsewhere);
});
