import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { loadOwnData } from '../datasets/ownData.ts';
import { sensorLog } from '../datasets/sensorLog.ts';
import { SENSOR_LOG_FILE, sensorLogText, TRACE_SCHEMA_FILE, traceSchemaText } from './writeSchema.ts';

const published = readFileSync(TRACE_SCHEMA_FILE, 'utf8');

test('the published schema of a trace is that of the code (npm run schema)', async () => {
  expect(published).toBe(await traceSchemaText());
});

test('every line of the sensor log is valid by it', () => {
  const validate = new Ajv2020({ strict: false }).compile(JSON.parse(published) as object);
  for (const line of readFileSync(SENSOR_LOG_FILE, 'utf8').trim().split('\n'))
    expect([line.slice(0, 40), validate(JSON.parse(line))]).toEqual([line.slice(0, 40), true]);
  for (const wrong of [
    { id: 'x', turns: [] },
    { id: 'x', turns: [{ text: 'x', who: 'y' }] },
    { turns: [{ text: 'x' }] },
  ])
    expect(validate(wrong)).toBe(false);
});

test('the sensor log is what its seed gives, and another seed gives another', () => {
  expect(readFileSync(SENSOR_LOG_FILE, 'utf8')).toBe(sensorLogText());
  expect(sensorLog(8)).not.toBe(sensorLogText());
});

test('the sensor log has an answer to each question in the event that is named', async () => {
  const { traces, splits, report } = await loadOwnData(SENSOR_LOG_FILE, {
    spans: { sessionMode: 'full-session', chunkSize: 512, chunkOverlap: 64 },
    splitFile: null,
  });
  expect(traces.flatMap(({ questions }) => questions)).toHaveLength(175);
  expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([3, 1, 1]);
  expect(report.questionsWithoutEvidence).toBe(0);
});
