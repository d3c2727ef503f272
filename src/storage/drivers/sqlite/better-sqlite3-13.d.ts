// The second version of better-sqlite3 goes by an alias; the types of the first describe both.
declare module "better-sqlite3-13" {
  import BetterSqlite3 = require("better-sqlite3");
  export = BetterSqlite3;
}
