/**
 * Functions of ISO C that `python-full` holds whether Python calls them or not: who writes `ctypes.CDLL(None).atoi` finds it. All
 * else that ctypes finds is there because something in the program uses it. Data.
 */
const byHeader = {
  ctype:
    'isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit tolower toupper',
  math:
    'acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma fmax fmin fmod ' +
    'frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround modf nan nearbyint nextafter pow remainder ' +
    'remquo rint round scalbn sin sinh sqrt tan tanh tgamma trunc ' +
    'acosf asinf atanf atan2f ceilf cosf expf fabsf floorf fmodf logf log10f powf sinf sqrtf tanf',
  stdio:
    'clearerr fclose feof ferror fflush fgetc fgetpos fgets fopen fprintf fputc fputs fread freopen fscanf fseek fsetpos ftell fwrite ' +
    'getc getchar perror printf putc putchar puts remove rename rewind scanf setbuf setvbuf snprintf sprintf sscanf tmpfile ungetc ' +
    'vfprintf vprintf vsnprintf vsprintf vsscanf',
  stdlib:
    'abort abs atexit atof atoi atol atoll bsearch calloc div exit free getenv labs ldiv llabs lldiv malloc mblen mbstowcs mbtowc ' +
    'qsort rand realloc setenv srand strtod strtof strtol strtold strtoll strtoul strtoull system unsetenv wcstombs wctomb',
  string:
    'memccpy memchr memcmp memcpy memmem memmove memset stpcpy strcasecmp strcat strchr strcmp strcoll strcpy strcspn strdup strerror ' +
    'strlen strncasecmp strncat strncmp strncpy strndup strnlen strpbrk strrchr strsep strsignal strspn strstr strtok strtok_r strxfrm',
  time: 'asctime clock __ctime64 __difftime64 __gmtime64 __gmtime64_r __localtime64 __localtime64_r __mktime64 strftime __time64',
  unistd: 'close getpid getppid getuid lseek open read sleep usleep write',
  wchar:
    'btowc fgetwc fputwc mbrlen mbrtowc mbsrtowcs swprintf wcrtomb wcscat wcschr wcscmp wcscpy wcslen wcsncmp wcsncpy wcsrchr wcsstr ' +
    'wcstod wcstok wcstol wcstoul wmemchr wmemcmp wmemcpy wmemmove wmemset',
  wctype:
    'iswalnum iswalpha iswdigit iswlower iswprint iswpunct iswspace iswupper iswxdigit towlower towupper',
} as const;

/** Names as the linker knows them, without doubles. */
export const keptFunctions: readonly string[] = [
  ...new Set(Object.values(byHeader).flatMap((names) => names.split(' '))),
];
