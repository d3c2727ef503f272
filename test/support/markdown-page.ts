import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import GithubSlugger from "github-slugger";
import { lexer, type Token, walkTokens } from "marked";

export interface Fence {
  /** The first word behind the fence: how a forge colours it. */
  readonly language: string;
  /** The rest: what the tests make of it. */
  readonly notes: readonly string[];
  readonly text: string;
}

export interface MarkdownPage {
  readonly file: string;
  readonly text: string;
  readonly links: readonly string[];
  readonly fences: readonly Fence[];
  readonly headings: readonly Heading[];
}

export interface Heading {
  readonly depth: number;
  readonly text: string;
  /** As a forge names it (GitHub, GitLab, Forgejo agree on plain headings). */
  readonly anchor: string;
}

/** Every page of the repository. Walks the folders, because an exported tree has no index of git. */
export function readMarkdownPages(folder = "."): readonly MarkdownPage[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === "node_modules" || entry.name === "dist" || entry.name.startsWith(".")) return [];
    if (entry.isDirectory()) return readMarkdownPages(path);
    return entry.name.endsWith(".md") ? [parseMarkdown(path, readFileSync(path, "utf8"))] : [];
  });
}

export function parseMarkdown(file: string, text: string): MarkdownPage {
  const slugger = new GithubSlugger();
  const links: string[] = [];
  const fences: Fence[] = [];
  const headings: Heading[] = [];
  void walkTokens(lexer(text), (token) => {
    if (token.type === "link" || token.type === "image") links.push(String(token["href"]));
    if (token.type === "code" && token["codeBlockStyle"] !== "indented") fences.push(readFence(token));
    if (token.type === "heading") {
      const plain = readText(token);
      headings.push({ depth: Number(token["depth"]), text: plain, anchor: slugger.slug(plain) });
    }
  });
  return { file, text, links, fences, headings };
}

function readFence(token: Token): Fence {
  const [language = "", ...notes] = String(("lang" in token && token["lang"]) || "").split(" ");
  return { language, notes, text: "text" in token ? String(token.text) : "" };
}

/** What a reader sees of a heading. */
function readText(token: Token): string {
  if ("tokens" in token && Array.isArray(token.tokens)) return token.tokens.map(readText).join("");
  return "text" in token ? String(token.text) : "";
}

/** Why a link leads nowhere; undefined where it is fine. Of links to the outside only the form is looked at. */
export function findBrokenLink(page: MarkdownPage, href: string, pages: readonly MarkdownPage[]): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return URL.canParse(href) ? undefined : "no URL";
  const [path = "", anchor] = decodeURI(href).split("#", 2);
  const target = path === "" ? page.file : join(dirname(page.file), path);
  if (path !== "" && relative(".", target).startsWith("..")) return "leads out of the repository";
  if (path !== "" && !existsSync(target)) return "there is no such file";
  if (path !== "" && path.endsWith("/") !== statSync(target).isDirectory()) return "a folder is written with a slash";
  if (anchor === undefined) return undefined;
  const headings = pages.find(({ file }) => file === target)?.headings ?? [];
  return headings.some((heading) => heading.anchor === anchor) ? undefined : "there is no such heading";
}
