/*
 * Locales for libstdc++.a, which was built with another C library. It takes from behind a locale tables of classes and cases of
 * characters, which musl has by functions. So a locale here is musl's with those tables behind it; musl reads its own part only.
 *
 * The recipe gives libstdc++.a's calls of __newlocale, __duplocale and __freelocale these names.
 */
#define _GNU_SOURCE
#include <locale.h>
#include <stdlib.h>
#include <string.h>

const unsigned short **__ctype_b_loc(void);
const int **__ctype_tolower_loc(void);
const int **__ctype_toupper_loc(void);

enum {
    CATEGORIES = 13,
    /* Bytes of musl's locale: a pointer for each of its categories. */
    OWN_BYTES = 6 * sizeof(void *),
};

struct locale {
    union {
        char own[OWN_BYTES];
        void *categories[CATEGORIES];
    };
    const unsigned short *classes;
    const int *lower;
    const int *upper;
    const char *names[CATEGORIES];
};

static struct locale *extend(locale_t own)
{
    struct locale *locale = own == NULL ? NULL : calloc(1, sizeof(*locale));

    if (locale == NULL)
        return NULL;
    memcpy(locale->own, own, OWN_BYTES);
    locale->classes = *__ctype_b_loc();
    locale->lower = *__ctype_tolower_loc();
    locale->upper = *__ctype_toupper_loc();
    for (int i = 0; i < CATEGORIES; i++)
        locale->names[i] = "C";
    return locale;
}

struct locale *nvx_cxx_newlocale(int mask, const char *name, struct locale *base)
{
    locale_t own = newlocale(mask, name, (locale_t)0);
    struct locale *made = extend(own);

    if (own != NULL)
        freelocale(own);
    if (made != NULL)
        free(base);
    return made;
}

struct locale *nvx_cxx_duplocale(const struct locale *locale)
{
    struct locale *copy = malloc(sizeof(*copy));

    if (copy != NULL)
        *copy = *locale;
    return copy;
}

void nvx_cxx_freelocale(struct locale *locale)
{
    free(locale);
}
