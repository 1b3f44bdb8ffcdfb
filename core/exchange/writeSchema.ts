import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { ownTraceSchema } from '../datasets/ownSchema.ts';
import { SENSOR_LOG_SEED, sensorLog } from '../datasets/sensorLog.ts';
import { bankFileSchema } from './bankFile.ts';

function resource(name: string): string {
  return fileURLToPath(new URL(`../../resources/${name}`, import.meta.url));
}

/** Absolute paths of the published schemas, and of the sample in the format of one of them. */
export const SCHEMA_FILE = resource('schema/skill-bank.schema.json');
export const TRACE_SCHEMA_FILE = resource('schema/trace.schema.json');
export const SENSOR_LOG_FILE = resource('samples/sensor-log.jsonl');

/** A published JSON Schema (2020-12), as the file's text. */
async function schemaText(schema: z.ZodType, file: string, io: 'input' | 'output'): Promise<string> {
  const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io });
  return format(JSON.stringify(json), { ...(await resolveConfig(file)), filepath: file });
}

export const bankSchemaText = (): Promise<string> => schemaText(bankFileSchema, SCHEMA_FILE, 'output');
/** Of a trace as it is written: keys with a default may be left out. */
export const traceSchemaText = (): Promise<string> => schemaText(ownTraceSchema, TRACE_SCHEMA_FILE, 'input');
export const sensorLogText = (): string => sensorLog(SENSOR_LOG_SEED);

// Run as a script: npm run schema.
if (import.meta.main) {
  writeFileSync(SCHEMA_FILE, await bankSchemaText());
  writeFileSync(TRACE_SCHEMA_FILE, await traceSchemaText());
  writeFileSync(SENSOR_LOG_FILE, sensorLogText());
}
