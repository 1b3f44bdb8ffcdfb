import { expect, test } from 'vitest';
import { addressProblem, isElsewhere, keyVariableProblem, serverBase } from './serverWords.ts';

test('addresses', () => {
  expect(addressProblem(' http://127.0.0.1:8000/v1 ')).toBe(null);
  expect(addressProblem('https://models.example/v1')).toBe(null);
  for (const wrong of ['', 'localhost:8000', 'ftp://a/b', 'http://'])
    expect(addressProblem(wrong), wrong).toMatch(/^Write it like/u);
  expect(addressProblem('http://me:secret@a/v1')).toMatch(/password out/u);
  expect(addressProblem('http://a/v1?key=1')).toMatch(/follows/u);
});

test('what leaves this machine', () => {
  const here = ['http://localhost:1/v1', 'http://127.0.0.1', 'http://[::1]:8080/v1', 'http://a.localhost'];
  expect(here.map(isElsewhere)).toEqual([false, false, false, false]);
  expect(['https://models.example/v1', 'http://192.168.0.4'].map(isElsewhere)).toEqual([true, true]);
  expect(isElsewhere('not yet an address')).toBe(false);
});

test('a variable, and never the key itself', () => {
  expect(['', ' ', 'VLLM_API_KEY', ' _k1 '].map(keyVariableProblem)).toEqual([null, null, null, null]);
  expect(keyVariableProblem('sk-123456')).toMatch(/Never write the key itself/u);
  expect(keyVariableProblem('1KEY')).not.toBe(null);
});

test('a server is known by its address, however it is written', () => {
  const written = [' http://Gpu-Box:8000/v1/ ', 'http://gpu-box:8000/v1', 'http://gpu-box:8000/v1//'];
  expect(new Set(written.map(serverBase))).toEqual(new Set(['http://gpu-box:8000/v1']));
  expect(serverBase('gpu box')).toBe('');
});
