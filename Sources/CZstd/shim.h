// libzstd: audit logs that were compressed with zstd.
#include <zstd.h>
