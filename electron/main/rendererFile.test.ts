import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentTypeOf, rendererFile } from './rendererFile.ts';

test.each([
  ['app://studio', 'index.html'],
  ['app://studio/', 'index.html'],
  ['app://studio/index.html', 'index.html'],
  ['app://studio/index.html?x=1#/runs', 'index.html'],
  ['app://studio/assets/..', 'index.html'],
  ['app://studio/assets/index-DOiLqpuk.js', 'assets/index-DOiLqpuk.js'],
  ['app://studio/assets/index-B_x-9.css', 'assets/index-B_x-9.css'],
])('%s is %s', (url, file) => {
  expect(rendererFile(url)).toBe(file);
});

test.each([
  'app://other/index.html',
  'app://studio:1/index.html',
  'app://user@studio/index.html',
  'file:///index.html',
  'https://studio/index.html',
  'not an address',
  'app://studio/main/index.js',
  'app://studio/assets',
  'app://studio/assets/',
  'app://studio/assets/.hidden',
  'app://studio/assets/a/b.js',
  'app://studio/assets/%2e%2e/%2e%2e/main/index.js',
  'app://studio/assets/..%2fmain%2findex.js',
  'app://studio/assets/..\\main\\index.js',
  'app://studio/assets/a%00.js',
  'app://studio/assets//a.js',
  'app://studio//etc/passwd',
  'app://studio/index.html/../../main/index.js',
])('%s is nothing', (url) => {
  expect(rendererFile(url)).toBeNull();
});

test('whatever is asked for, no other folder is named', () => {
  const part = fc.oneof(
    fc.constantFrom('..', '.', '%2e%2e', '%2F', '\\', '/', 'assets', 'index.html', '\0', '//'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const file = rendererFile(`app://studio/${parts.join('/')}`);
      if (file !== null) expect(file).toMatch(/^(?:index\.html|assets\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)$/u);
    }),
    { seed: 1 },
  );
});

test('content types are those of a page', () => {
  expect(contentTypeOf('index.html')).toBe('text/html; charset=utf-8');
  expect(contentTypeOf('assets/a.js')).toBe('text/javascript; charset=utf-8');
  expect(contentTypeOf('assets/a.bin')).toBe('application/octet-stream');
});
