// Makes the PNG of a page small: 256 colours are plenty for flat grounds and text, and need a third of the bytes.
import { crc32, deflateSync, inflateSync } from "node:zlib";

const signature = Buffer.from("89504e470d0a1a0a", "hex");
const colours = 256;

/** Takes and returns the bytes of a PNG (8 bits, RGB or RGBA, not interlaced, as Chromium makes them). */
export function shrinkPng(bytes) {
  const chunks = readChunks(bytes);
  const header = chunks.find(({ type }) => type === "IHDR").data;
  const [width, height, channels] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9] === 6 ? 4 : 3];
  const data = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map((chunk) => chunk.data));
  const pixels = readPixels(inflateSync(data), { width, height, channels });
  const { palette, indexOf } = createPalette(pixels);
  const rows = Buffer.alloc(height * (width + 1));
  for (let at = 0; at < pixels.length; at++)
    rows[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = indexOf.get(pixels[at]);
  const ihdr = Buffer.from(header);
  ihdr[9] = 3;
  const plte = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  return Buffer.concat([
    signature,
    writeChunk("IHDR", ihdr),
    writeChunk("PLTE", plte),
    writeChunk("IDAT", deflateSync(rows, { level: 9 })),
    writeChunk("IEND", Buffer.alloc(0)),
  ]);
}

function readChunks(bytes) {
  const chunks = [];
  for (let at = signature.length; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString("latin1", at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
}

/** Undoes the filters (PNG §9.2); each pixel becomes one number. */
function readPixels(raw, { width, height, channels }) {
  const stride = width * channels;
  let above = Buffer.alloc(stride);
  const pixels = new Uint32Array(width * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    const row = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : row[x - channels];
      const corner = x < channels ? 0 : above[x - channels];
      row[x] += [0, left, above[x], (left + above[x]) >> 1, paeth(left, above[x], corner)][filter];
    }
    for (let x = 0; x < width; x++) pixels[y * width + x] = row.readUIntBE(x * channels, 3);
    above = row;
  }
  return pixels;
}

function paeth(left, above, corner) {
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value));
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}

/** The most frequent colours; every other one is shown as the nearest of them. */
function createPalette(pixels) {
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const sorted = [...counts.keys()].sort((one, other) => counts.get(other) - counts.get(one));
  const palette = sorted.slice(0, colours);
  const nearest = (colour) =>
    palette.reduce((best, each, index) => (distance(each, colour) < distance(palette[best], colour) ? index : best), 0);
  return {
    palette,
    indexOf: new Map(sorted.map((colour, index) => [colour, index < colours ? index : nearest(colour)])),
  };
}

function distance(one, other) {
  return [16, 8, 0].reduce((sum, shift) => sum + (((one >> shift) & 255) - ((other >> shift) & 255)) ** 2, 0);
}

function writeChunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
