import { type Alias, type Document, isAlias, type Node, visit } from "yaml";

/**
 * What each alias of a document stands for: the last node before it with that anchor. In one walk, because looking for an
 * anchor anew at each alias takes the square of their number.
 */
export function findAliasTargets(document: Document): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
