import fs from 'node:fs/promises';
import path from 'node:path';

const FIRST_POSTCODE = 100000;
const POSTCODES = 600000;

/**
 * Makes the folder with the shop's files where it does not exist yet, and tells where things are in it.
 * @param {string} folder absolute
 */
export async function openDataFolder(folder) {
  const places = {
    /** The carrier's table `postcode;zone;days`, replaced by them every night. */
    zones: path.join(folder, 'zones.csv'),
    /** A file for each order, picked up by the packing station. */
    slips: path.join(folder, 'slips'),
  };
  await fs.mkdir(places.slips, { recursive: true });
  if (!(await exists(places.zones))) {
    // Written aside and renamed: a second shop that starts now never sees half a table.
    const draft = `${places.zones}.${process.pid}`;
    await fs.writeFile(draft, zoneTable());
    await fs.rename(draft, places.zones);
  }
  return places;
}

function zoneTable() {
  const lines = ['postcode;zone;days'];
  for (let code = FIRST_POSTCODE; code < FIRST_POSTCODE + POSTCODES; code++) {
    lines.push(`${code};${1 + (code % 7)};${1 + (code % 4)}`);
  }
  return lines.join('\n') + '\n';
}

async function exists(file) {
  try {
    await fs.access(file);
    return true;
  } catch {
    return false;
  }
}
