/** What is wrong with the connection to a server that somebody writes down. Law: pure. */

/** Null: nothing is. The engine checks the same again. */
export function addressProblem(text: string): string | null {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    return 'Write it like http://127.0.0.1:8080/v1.';
  if (url.username !== '' || url.password !== '')
    return 'Leave the user name and the password out; the key has a place of its own.';
  return url.search === '' && url.hash === '' ? null : 'Leave out what follows "?" or "#".';
}

/** As the engine names the server: without what may be written either way. */
export function serverBase(text: string): string {
  const url = URL.parse(text.trim());
  return url === null ? '' : url.origin + url.pathname.replace(/\/+$/u, '');
}

/** Whether what is sent there leaves this machine. */
export function isElsewhere(text: string): boolean {
  const url = URL.parse(text.trim());
  return url !== null && !/^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/u.test(url.hostname);
}

export function keyVariableProblem(text: string): string | null {
  if (text.trim() === '' || /^[A-Za-z_][A-Za-z0-9_]*$/u.test(text.trim())) return null;
  return 'This is not the name of a variable: it has letters, digits and "_" only. Never write the key itself here.';
}
