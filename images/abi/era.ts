/** Names of the eras of Nanvix's interfaces; eras.ts has what differs between them. */
/** S: March to mid-May 2026. M: what came after, with explicit process and thread in a message and a request id in its payload. */
export type Era = 'S' | 'M';
