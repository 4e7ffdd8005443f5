/** As Perl packs `N/a*` around `(N/a*)*`: a length, then fields of a length and bytes each. */
export function frame(fields: readonly (string | Uint8Array)[]): Buffer {
  const parts = fields.flatMap((field) => {
    const bytes = typeof field === 'string' ? Buffer.from(field) : field;
    return [length(bytes.length), bytes];
  });
  return Buffer.concat([length(parts.reduce((sum, part) => sum + part.length, 0)), ...parts]);
}

/** The whole frames of what has come so far, and what is left over. */
export function cut(bytes: Buffer): { readonly frames: readonly (readonly string[])[]; readonly rest: Buffer } {
  const frames: string[][] = [];
  let at = 0;
  while (bytes.length >= at + 4 && bytes.length >= at + 4 + bytes.readUInt32BE(at)) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const fields: string[] = [];
    for (let field = at + 4; field < end; field += 4 + bytes.readUInt32BE(field)) {
      fields.push(bytes.toString('utf8', field + 4, field + 4 + bytes.readUInt32BE(field)));
    }
    frames.push(fields);
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

function length(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
