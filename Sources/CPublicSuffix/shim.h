// libpsl: the Public Suffix List, for lint and for grouping by registrable domain.
#include <libpsl.h>
