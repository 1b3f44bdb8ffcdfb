import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { z } from 'zod';
import { bankFileSchema } from './bankFile.ts';

/** Absolute path of the published schema. */
export const SCHEMA_FILE = fileURLToPath(
  new URL('../../resources/schema/skill-bank.schema.json', import.meta.url),
);

/** The published JSON Schema (2020-12) of a bank file, as the file's text. */
export async function bankSchemaText(): Promise<string> {
  const schema = z.toJSONSchema(bankFileSchema, { target: 'draft-2020-12' });
  return format(JSON.stringify(schema), { ...(await resolveConfig(SCHEMA_FILE)), filepath: SCHEMA_FILE });
}

// Run as a script: npm run schema.
if (import.meta.main) writeFileSync(SCHEMA_FILE, await bankSchemaText());
