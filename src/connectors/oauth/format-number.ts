/**
 * A number as Go prints it by `%v`, in which Dex puts numeric ids into `sub` (dex-connectors O-19): the fewest digits that
 * name it, with an exponent of at least two digits from a million on and below a ten thousandth.
 */
export function formatAsGo(value: number): string {
  if (Object.is(value, -0)) return "-0";
  if (value === 0) return "0";
  const [mantissa = "", power = ""] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
