/* Tells UTF-8 from other bytes: no continuation without a start, no overlong form, no surrogate, nothing above
 * U+10FFFF. */
#include "kernel.h"

int utf8_valid(const uint8_t *text, uint32_t length)
{
    uint32_t i = 0;

    while (i < length) {
        const uint8_t first = text[i++];
        uint8_t low = 0x80, high = 0xbf;
        uint32_t more;

        if (first < 0x80)
            continue;
        if (first >= 0xc2 && first <= 0xdf) {
            more = 1;
        } else if (first >= 0xe0 && first <= 0xef) {
            more = 2;
            if (first == 0xe0)
                low = 0xa0;
            if (first == 0xed)
                high = 0x9f;
        } else if (first >= 0xf0 && first <= 0xf4) {
            more = 3;
            if (first == 0xf0)
                low = 0x90;
            if (first == 0xf4)
                high = 0x8f;
        } else {
            return 0;
        }
        if (more > length - i)
            return 0;
        for (; more > 0; more--, i++, low = 0x80, high = 0xbf) {
            if (text[i] < low || text[i] > high)
                return 0;
        }
    }
    return 1;
}
