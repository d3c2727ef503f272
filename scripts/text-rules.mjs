// What no file of the repository may be called or say.

const vagueNames = new Set(["util", "utils", "helper", "helpers", "common", "manager", "service"]);
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const namedByHand = /^(src|example-app|test|scripts|bench|soak)\//;

// Spelled so that this file does not find itself.
const unfinished = /\b(?:TO[D]O|FIX[M]E|X{3})\b/;
const registryHost = /\b[\w-]+\.(?:npmjs|yarnpkg|npmmirror|debian|pypi|crates|rubygems)\.(?:com|org|io|dev)\b/i;
const machinePath = /(?:^|[\s"'`(=:])\/(?:work\/\w|root\/\w|tmp\/[\w-]+\.md\b)/;

const textRules = [
  {
    pattern: unfinished,
    message: "unfinished work belongs into an issue",
    where: /^(src|example-app|test|scripts|bench|soak|docs|web)\//,
  },
  { pattern: registryHost, message: "names a package registry", where: /./ },
  { pattern: machinePath, message: "names a path of one machine", where: /./ },
];

/** Findings on a path alone. */
export function checkName(path) {
  if (!namedByHand.test(path)) return [];
  const parts = path.split("/");
  const words = (parts.at(-1) ?? "").split(".")[0].split("-");
  return [
    // A forge shows a README below its folder, by this name alone.
    ...(parts.every((part) => part === "README.md" || kebabCase.test(part))
      ? []
      : [{ line: 1, message: "file names are kebab-case" }]),
    ...(words.some((word) => vagueNames.has(word))
      ? [{ line: 1, message: "name a file for the thing or the verb" }]
      : []),
  ];
}

/** Findings on the text of any file, line by line. */
export function checkText(path, text) {
  const rules = textRules.filter(({ where }) => where.test(path));
  return text
    .split("\n")
    .flatMap((content, index) =>
      rules.filter(({ pattern }) => pattern.test(content)).map(({ message }) => ({ line: index + 1, message })),
    );
}
