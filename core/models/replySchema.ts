/**
 * The part of JSON Schema that a llama.cpp grammar honours word for word. node-llama-cpp drops what it cannot express
 * without saying so (`anyOf` becomes null, numeric bounds vanish, every property is required), therefore nothing else
 * is accepted anywhere.
 */
export type ReplySchema =
  | { readonly const: string | number | boolean | null }
  | { readonly enum: readonly (string | number | boolean | null)[] }
  | { readonly type: 'boolean' }
  | { readonly type: 'string'; readonly minLength?: number; readonly maxLength: number }
  | {
      readonly type: 'array';
      readonly items: ReplySchema;
      readonly minItems?: number;
      readonly maxItems: number;
    }
  | {
      readonly type: 'object';
      readonly properties: Readonly<Record<string, ReplySchema>>;
      /** All of them, in the order of `properties`. */
      readonly required: readonly string[];
      readonly additionalProperties: false;
    }
  | { readonly oneOf: readonly ReplySchema[] };
