import { z } from "zod";
import { readJsonFile, writeDurably } from "../files.ts";
import { ZonalShift } from "./shift.ts";

const ShiftsFile = z.object({ version: z.literal(1), shifts: z.array(ZonalShift) });

/** The kept shifts, the oldest first; none where there is no file yet. */
export async function loadShifts(file: string): Promise<ZonalShift[]> {
  try {
    const content = await readJsonFile(file);
    return content === undefined ? [] : ShiftsFile.parse(content).shifts;
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(
      `the zonal shifts can't be read from ${file}: ${what}; mend it, or delete it to start without any shift`,
      { cause: error },
    );
  }
}

export async function saveShifts(file: string, shifts: ZonalShift[]): Promise<void> {
  await writeDurably(file, { version: 1, shifts });
}
