/* What TinyCC's own configure would say, for a compiler that is a program of the guest. */
#define TCC_VERSION "0.9.27"
#define CONFIG_TCC_STATIC 1
#define CONFIG_TCCDIR "/tcc"
#define CONFIG_TCC_SYSINCLUDEPATHS "/include"
#define CONFIG_TCC_LIBPATHS "/lib"
#define CONFIG_TCC_CRTPREFIX "/lib"
/* Programs are static: nobody interprets them. */
#define CONFIG_TCC_ELFINTERP ""
#define TCC_LIBTCC1 "libtcc1.a"
