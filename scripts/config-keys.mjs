// How the schema of the configuration is walked, by what is made from it.

/** The schema below `optional`, `default` and `prefault`. */
export function unwrap(schema) {
  let inner = schema;
  while (["optional", "default", "prefault"].includes(inner.def.type)) inner = inner.unwrap();
  return inner;
}

/** The keys of a map, or of the maps in a list; undefined for anything else. */
export function membersOf(schema) {
  const inner = unwrap(schema);
  return inner.shape ?? inner.element?.shape;
}

/**
 * Secrets without `...Env` and `...File` keys of their own: the reader takes those keys all the same
 * (`src/config/secret-sources.ts`).
 */
export function secretSources(shape) {
  return Object.entries(shape).flatMap(([name, schema]) =>
    schema.meta()?.secret && !(`${name}File` in shape || `${name}FromFile` in shape)
      ? [
          {
            name,
            env: { key: `${name}Env`, description: `Environment variable that holds ${name}.` },
            file: { key: `${name}File`, description: `File that holds ${name}.` },
          },
        ]
      : [],
  );
}
