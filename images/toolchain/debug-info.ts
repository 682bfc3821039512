/**
 * Debug information of the guest's files: line tables, types, inlined calls and how to leave each frame (`.debug_frame`).
 * Must hold: nothing of it is loaded, so code, data and instruction counts are what they would be without it.
 */
/** Flags for every object, whatever else it is compiled with. */
export const debugFlags: readonly string[] = ['-g', '-gdwarf-5'];
