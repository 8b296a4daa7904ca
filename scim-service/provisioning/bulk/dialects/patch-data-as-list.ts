/**
 * The example of RFC 7644 section 3.7.3 has a PATCH whose `data` is the list of operations itself, and clients were built
 * after it: `{"method": "PATCH", "data": [{"op": "remove", "path": "nickName"}]}`. The errata want the whole PatchOp.
 */
export function patchDataAsList(method: string, data: unknown): unknown {
  return method === 'PATCH' && Array.isArray(data) ? { Operations: data as unknown[] } : data;
}
