import { types } from 'node:util';
import mongoose from 'mongoose';
import type { PersonRecord, PersonValue } from '../../domain/stored-user.ts';
import { decodeKeys } from './key-encoding.ts';

const { BSONValue, Binary, EJSON } = mongoose.mongo.BSON;

/**
 * A record as a domain's value, whoever wrote it: the product may use any type of BSON. A date becomes its ISO text, an
 * ObjectId or UUID its hexadecimal digits, a Decimal128, a Long beyond what a number holds, and NaN their digits, binary data
 * Base64, and what else there is Extended JSON. Null and undefined are nothing, so they are left out, of lists too. Reading
 * the same twice gives the same. Names are decoded as `encodeKeys` encodes them.
 * @returns an empty record for what is no record
 */
export function readPerson(value: unknown): PersonRecord {
  return isPlain(value) ? decodeKeys(readRecord(value)) : {};
}

function readRecord(record: object): PersonRecord {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, inner]: [string, unknown]) => {
      const value = readValue(inner);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function readValue(value: unknown): PersonValue | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(readValue).filter((inner) => inner !== null);
  return isPlain(value) ? readRecord(value) : textOf(value);
}

function textOf(value: unknown): string {
  // BSON has dates beyond those that can be written as ISO text.
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (types.isRegExp(value)) return String(value);
  if (value instanceof Binary) return value.sub_type === Binary.SUBTYPE_UUID ? value.toUUID().toString() : value.toString('base64');
  const { Decimal128, Long, ObjectId } = mongoose.mongo.BSON;
  if (value instanceof Decimal128 || value instanceof Long || value instanceof ObjectId) return value.toString();
  return EJSON.stringify(value);
}

function isPlain(value: unknown): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof BSONValue) &&
    !types.isDate(value) &&
    !types.isRegExp(value)
  );
}
