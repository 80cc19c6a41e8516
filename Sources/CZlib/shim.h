// zlib: audit logs that logrotate compressed with gzip.
#include <zlib.h>

// inflateInit2 is a macro, which Swift does not see. 31: the largest window, gzip frames only.
static inline int cz_inflate_start(z_stream *stream) { return inflateInit2(stream, 31); }
