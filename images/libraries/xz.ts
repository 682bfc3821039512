/**
 * liblzma, for Python's `_lzma`: every filter and check that Debian's has, in portable C. Without threads of its own, which
 * Python does not ask for.
 */
import type { Library } from './recipe.ts';

const SOURCE = 'src/liblzma';

const sources: Readonly<Record<string, string>> = {
  check: 'check crc32_fast crc32_table crc64_fast crc64_table sha256',
  common:
    'alone_decoder alone_encoder auto_decoder block_buffer_decoder block_buffer_encoder block_decoder block_encoder ' +
    'block_header_decoder block_header_encoder block_util common easy_buffer_encoder easy_decoder_memusage easy_encoder ' +
    'easy_encoder_memusage easy_preset file_info filter_buffer_decoder filter_buffer_encoder filter_common filter_decoder ' +
    'filter_encoder filter_flags_decoder filter_flags_encoder index index_decoder index_encoder index_hash lzip_decoder ' +
    'microlzma_decoder microlzma_encoder stream_buffer_decoder stream_buffer_encoder stream_decoder stream_encoder ' +
    'stream_flags_common stream_flags_decoder stream_flags_encoder string_conversion vli_decoder vli_encoder vli_size',
  delta: 'delta_common delta_decoder delta_encoder',
  lz: 'lz_decoder lz_encoder lz_encoder_mf',
  lzma:
    'fastpos_table lzma2_decoder lzma2_encoder lzma_decoder lzma_encoder lzma_encoder_optimum_fast ' +
    'lzma_encoder_optimum_normal lzma_encoder_presets',
  rangecoder: 'price_table',
  simple: 'arm arm64 armthumb ia64 powerpc simple_coder simple_decoder simple_encoder sparc x86',
};

const codecs = 'LZMA1 LZMA2 X86 POWERPC IA64 ARM ARMTHUMB ARM64 SPARC DELTA'.split(' ');

const features = [
  ...codecs.flatMap((name) => [`HAVE_ENCODER_${name}`, `HAVE_DECODER_${name}`]),
  ...['HC3', 'HC4', 'BT2', 'BT3', 'BT4'].map((name) => `HAVE_MF_${name}`),
  ...['CRC32', 'CRC64', 'SHA256'].map((name) => `HAVE_CHECK_${name}`),
  'HAVE_LZIP_DECODER',
  // What configure finds out of the compiler and libc.
  ...['HAVE_STDBOOL_H', 'HAVE__BOOL', 'HAVE_STDINT_H', 'HAVE_INTTYPES_H', 'HAVE_LIMITS_H', 'HAVE_STRING_H'],
  ...['HAVE___BUILTIN_BSWAPXX', 'HAVE___BUILTIN_ASSUME_ALIGNED', 'TUKLIB_FAST_UNALIGNED_ACCESS'],
];

const headers =
  'base bcj block check container delta filter hardware index index_hash lzma12 stream_flags version vli';

export const xz: Library = {
  name: 'xz',
  sources: Object.entries(sources).flatMap(([folder, names]) =>
    names.split(' ').map((name) => `${SOURCE}/${folder}/${name}.c`),
  ),
  flags: [
    ...features.map((name) => `-D${name}=1`),
    ...['-DSIZEOF_SIZE_T=4', '-DTUKLIB_SYMBOL_PREFIX=lzma_'],
    ...['api', ...Object.keys(sources)].map((folder) => `-I${SOURCE}/${folder}`),
    '-Isrc/common',
  ],
  headers: {
    'lzma.h': `${SOURCE}/api/lzma.h`,
    ...Object.fromEntries(
      headers.split(' ').map((name) => [`lzma/${name}.h`, `${SOURCE}/api/lzma/${name}.h`]),
    ),
  },
};
