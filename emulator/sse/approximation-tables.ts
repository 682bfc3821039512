/**
 * What a processor's RCPSS and RSQRTSS answer: 12 bits of a result for the first 12 bits behind the point of an operand.
 *
 * Recorded for every operand on an AMD EPYC of family 26 (hexadecimal 1A), model 2, in November 2026. Each table falls: it is
 * written as its first entry and how far each entry lies below the one before, two such steps a letter.
 */

/** Steps in a letter: the first one times this, plus the second. */
const STEPS = 5;

function fallingFrom(first: number, letters: string): Uint32Array {
  const table = new Uint32Array(2 * letters.length);
  let entry = first;
  for (let i = 0; i < letters.length; i++) {
    const steps = letters.charCodeAt(i) - 'a'.charCodeAt(0);
    table[2 * i] = entry -= Math.floor(steps / STEPS);
    table[2 * i + 1] = entry -= steps % STEPS;
  }
  return table;
}

/** The upper 21 bits of 1 / x, for x from 1 to 2. */
export const RECIPROCALS = fallingFrom(
  0x7effe,
  'chmmmhmmwhmmmhmmrhmmmhmmwhmmmhmmmhmmmhmmrhmmmhmmrhmmmhmmmhmmmhmmmhmmmhmmmhmmmhmmmhmmmhmmhhmmmhmm' +
    'hhmmmhmmhhmmmhmmhhmmmhmmhhmmmhmmlmhlmhlmqmhlmhlmqmhlmhlmlmhlmhlmqmhlmhlmlmhlmhlmlmhlmhlmlmhlmhlm' +
    'lmhlmhlmlmhlmhlmgmhlmhlmgmhlmhlmgmhlmhlmgmhlmhlmgmhlmhlmbmhlmhlmllhhhhhhqlhhhhhhqlhhhhhhqlhhhhhh' +
    'llhhhhhhqlhhhhhhllhhhhhhllhhhhhhllhhhhhhllhhhhhhglhhhhhhllhhhhhhglhhhhhhglhhhhhhglhhhhhhglhhhhhh' +
    'lhglhglhlhglhglhqhglhglhlhglhglhlhglhglhlhglhglhlhglhglhlhglhglhghglhglhlhglhglhghglhglhghglhglh' +
    'ghglhglhghglhglhghglhglhbhglhglhlghghggllghghggllghghggllghghggllghghggllghghggllghghgglgghghggl' +
    'lghghgglgghghggllghghgglgghghgglgghghgglgghghgglgghghgglbghghgglghgggglgghgggglglhgggglgghgggglg' +
    'ghgggglgghgggglgghgggglgghgggglgghgggglgbhgggglgghgggglgbhgggglgghgggglgbhgggglgbhgggglgbhgggglg' +
    'gggggggglggggggggggggggglggggggglggggggggggggggggggggggglggggggggggggggggggggggggggggggggggggggg' +
    'ggggggggbggggggggggggggggggggggggggbgggggggbgggglggbgggggggbgggggggbgggggggbgggggggbgggggggbgggg' +
    'gggbgggggggbggggbggbgggggggbggggbggbgggggggbggggbggbgggggggbggggbfgggbgggfgggbgglfgggbgggfgggbgg' +
    'bfgggbgggfgggbgggfgggbgggfgggbggbfgggbgggfgggbgggfgggbggbfgggbggbfgggbgggfgggbggbfgggbggbfgggbgg' +
    'gbgfggbggbgfggbggbgfggbggbgfggbgbbgfggbggbgfggbggbgfggbggbgfggbgbbgfggbggbgfggbgbbgfggbggbgfggbg' +
    'bbgfggbgbbgfggbggbgfggbgbbgfggbgbfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbbfgbgbgb' +
    'gfgbgbgbgfgbgbgbbfgbgbgbgfgbgbgbbfgbgbgbgfgbgbgbbfgbgbgbbfgbgbgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgb' +
    'gbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbbbfgbfgbgbfgbfgbbbfgbfgbgbfgbfgbgbfgbfgb' +
    'fgbbfgbbfgbbfgbbfgbbfgbbkgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbkgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbb' +
    'agbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbffgbagbbffgbfgbbffgbfgbbffgbagbbffgbfgbbffgbagbbffgbfgbbffgb' +
    'agbbffgbfgbbffgbagbbffgbagbbffgbagbbffgbfgbbffgbagbbffgbagbbffgbffffgbbbffffgbbbffffgbbbffffgbbb' +
    'ffffgbbbffffgbbbafffgbbbffffgbbbffffgbbbffffgbbbffffgbbbafffgbbbffffgbbbffffgbbbafffgbbbffffgbbb' +
    'affgbbbbfffgbbbbaffgbbbbfffgbbbbaffgbbbbaffgbbbbfffgbbbbaffgbbbbaffgbbbbaffgbbbbfffgbbbbaffgbbbb' +
    'affgbbbbaffgbbbbaffgbbbbaffgbbbb',
);

/** The upper 21 bits of 1 / √x, for x from 1 to 2. */
export const RECIPROCAL_ROOTS = fallingFrom(
  0x7efff,
  'bgggbggglgggbggglgggbgggggggbggglgggbggglgggbgggggggbgggggggbggglgggbgggggggbgggggggbgggggggbggg' +
    'ggggbgggggggbgggggggbgggbgggbgggggbgggbglgbgggbgggbgggbglgbgggbgggbgggbgggbgggbgggbgggbgggbgggbg' +
    'ggbgggbgggbgggbgggbgggbgggbgggbgggbgggbgbgbgggbgggbgggbgbgbgggbggfggbggbgfggbggblfggbggbgfggbggb' +
    'gfggbggbgfggbggbgfggbggbgfggbggbgfggbggbgfggbggbbfggbggbgfggbggbgfggbggbbfggbggbgfggbggbbfggbggb' +
    'gfgbgbgbgfgbgbgblfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbgfgbgbgbbfgbgbgbgfgbgbgb' +
    'gfgbgbgbbfgbgbgbgfgbgbgbbfgbgbgbkgbgbfgbfgbgbfgbfgbgbfgbkgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgb' +
    'fgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbagbgbfgbfgbgbfgbgbfgbbfgbbfgbbfggbfgbbfgbbfgbbfg' +
    'gbfgbbfgbbfgbbfggbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfggbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfgbbfg' +
    'agbbbfgbfgbbbfgbfgbbbfgbfgbbbfgbfgbbbfgbagbbbfgbfgbbbfgbfgbbbfgbagbbbfgbfgbbbfgbagbbbfgbfgbbbfgb' +
    'agbbbfgbfgbbbfgbagbbbfgbagbbbfgbfffgbbbffffgbbbffffgbbbfkffgbbbffffgbbbffffgbbbffffgbbbffffgbbbf' +
    'fffgbbbffffgbbbffffgbbbffffgbbbffffgbbbfaffgbbbffffgbbbffffgbbbfbbbbbbbbgbbbbbbbgbbbbbbbbbbbbbbb' +
    'gbbbbbbbbbbbbbbbgbbbbbbbbbbbbbbbgbbbbbbbbbbbbbbbgbbbbbbbbbbbbbbbbbbbbbbbgbbbbbbbbbbbbbbbbbbbbbbb' +
    'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' +
    'ffffffffafffffffffffffffffffffffffffbbbbffffbbbbafffbbbbffffbbbbffffbbbbafffbbbbffffbbbbafffbbbb' +
    'ffffbbbbafffbbbbffffbbbbafffbbbbffffbbbbafffbbbbafffbbbbffffbbbbbbaffffbbbaffffbbbaffffbbbaffffb' +
    'gbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffb' +
    'ffbbafffffbbafffffbbafffafbbafffffbbafffffbbafffffbbafffffbbafffafbbafffffbbafffffbbafffafbbafff' +
    'ffbbafffffbbafffafbbafffffbbafffaffbbafbfffbbafbaffbbafbfffbbafbaffbbafbfffbbafbaffbbafbfffbbafb' +
    'affbbafbaffbbafbfffbbafbaffbbafbaffbbafbfffbbafbaffbbafbaffbbafbffbbaffbafbbaffbafbbaffbafbbaffb' +
    'afbbaffbafbbaffbafbbaffbffbbaffbafbbaffbafbbaffbafbbaffbafbbaffbafbbaffbafbbaffbafbbaffbafbbaffb' +
    'abaffbaffbaffbaffbaffbaffbaffbaffbaffbafabaffbaffbaffbaffbaffbaffbaffbaffbaffbafabaffbaffbaffbaf' +
    'fbaffbaffbaffbafabaffbaffbaffbaf',
);

/** The upper 21 bits of 1 / √x, for x from 2 to 4. */
export const RECIPROCAL_ROOTS_FROM_2 = fallingFrom(
  0x7e6a0,
  'bbfgbfgbgbfgbfgbgbfgbfgblbfgbfgbgbfgbfgbbbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbgbfgbfgbbbfgbfgbgbfgbfgb' +
    'gbfgbfgbbbfgbfgbgbfgbfgbbbfgbfgbfgbbfgbffgbbfgbffgbbfgbfkgbbfgbffgbbfgbffgbbfgbffgbbfgbffgbbfgbf' +
    'fgbbfgbfagbbfgbffgbbfgbffgbbfgbffgbbfgbfagbbfgbffgbbfgbfagbbfgbffgbbbfffkgbbbffffgbbbffffgbbbfff' +
    'kgbbbffffgbbbffffgbbbffffgbbbffffgbbbffffgbbbffffgbbbffffgbbbffffgbbbffffgbbbffffgbbbffffgbbbfff' +
    'fgbbbbbbagbbbbbbfgbbbbbbfgbbbbbbagbbbbbbfgbbbbbbagbbbbbbfgbbbbbbagbbbbbbagbbbbbbfgbbbbbbagbbbbbb' +
    'agbbbbbbfgbbbbbbagbbbbbbagbbbbbbafffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' +
    'ffffffffffffffffafffffffffffffffffffffffafffffffffffffffafffffffgafffffbbafffffbgafffffbbafffffb' +
    'gafffffbbafffffbbafffffbgafffffbbafffffbbafffffbbafffffbgafffffbbafffffbbafffffbbafffffbbafffffb' +
    'affbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbaffffbbbafaffbbbaffffbbbaffffbbbaffffbbbaf' +
    'affbbbaffffbbbaffffbbbafaffbbbaffffbbaffaffbbafffffbbaffaffbbafffffbbaffaffbbafffffbbaffaffbbaff' +
    'affbbafffffbbaffaffbbaffaffbbafffffbbaffaffbbaffaffbbaffaffbbafffbbafbbafbbafbbafbbafbbafbbafbba' +
    'fbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbafbbaabbafbba' +
    'ffbafbafffbafbafffbafbafafbafbafffbafbafffbafbafffbafbafafbafbafffbafbafafbafbafffbafbafffbafbaf' +
    'afbafbafffbafbafafbafbafffbafbafafbafbafafbafbafffbafbafafbafbafffbafbafafbafbafafbafbafffbafbaf' +
    'afbafbafafbafbafffbafbafafbafbafafbafbafafbafbafafbafbafffbafbafbafbafafbafbafafbafbafafbafbafaf' +
    'bafbafafbafbafafbafbafafbafbafafbafbafafbafbafafbafbafafbafbafafbafbafafbafbafafbafbafafbafbafaf' +
    'fbafafbaabafafbafbafafbafbafafbafbafafbafbafafbafbafafbaabafafbafbafafbafbafafbafbafafbaabafafba' +
    'fbafafbafbafafbaabafafbafbafafbafbafafbaabafafbafbafafbaabafafbafbafafbafbafafbaabafafbafbafafba' +
    'abafafbafbafafbaabafafbafbafafbaabafafbafbafafbaabafafbaabafafbaffafafafafafafafffafafafafafafaf' +
    'afafafafffafafafafafafafafafafafffafafafafafafafafafafafafafafafffafafafafafafafafafafafafafafaf' +
    'ffafafafafafafafafafafafafafafafafafafafafafafafafafafafffafafafafafafafafafafafafafafafafafafaf' +
    'afafafafafafafafafafafafafafafaf',
);
