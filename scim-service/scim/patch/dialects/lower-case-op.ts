/** Entra without the flag aadOptscim062020: `"op": "Replace"` for `"op": "replace"`. */
export function lowerCaseOp(op: unknown): unknown {
  return typeof op === 'string' ? op.trim().toLowerCase() : op;
}
