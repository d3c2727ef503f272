/** A dotted path to a key, as messages name it: `staticClients.0.secret`. */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
